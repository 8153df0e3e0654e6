import { compileSelect } from '../records/compile-select.ts'
import { listQuery } from '../records/list-query.ts'
import type { Choice, CountKind, GetOptions, ListOptions, Page } from '../types/query.ts'
import type { CollectionName, OfSchema, SchemaShape } from '../types/schema-shape.ts'
import type { Selected } from '../types/select.ts'
import { type AnyClient, anyRecords } from './any-records.ts'

/** What all of our keys in a cache of TanStack Query begin with. */
export const keyRoot = 'plinth'

/** What TanStack Query needs to load something: for its hooks, and to load ahead on a server. */
export interface QuerySource<T> {
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>
}

/**
 * A list as a query of TanStack Query.
 *
 * @example
 * await queryClient.prefetchQuery(listOf(db, 'posts', { where: { status: 'published' } }))
 */
export function listOf<
  S extends SchemaShape,
  C extends CollectionName<S>,
  const Chosen extends Choice<S, C> = undefined,
  Count extends CountKind | undefined = undefined,
>(
  client: OfSchema<S> & AnyClient,
  collection: C,
  options: ListOptions<S, C, Chosen, Count> = {},
): QuerySource<Page<Selected<S, C, Chosen>, Count>> {
  return {
    // The request itself: two spellings of one filter are one query, and values that are no JSON are text by then.
    queryKey: [keyRoot, collection, 'list', listQuery({ ...options })],
    queryFn: async ({ signal }) => {
      const page = await anyRecords(client, collection).list({ ...options, signal })
      // As `list` of the collection answers these options.
      return page as Page<Selected<S, C, Chosen>, Count>
    },
  }
}

/** A record as a query of TanStack Query. */
export function recordOf<
  S extends SchemaShape,
  C extends CollectionName<S>,
  const Chosen extends Choice<S, C> = undefined,
>(
  client: OfSchema<S> & AnyClient,
  collection: C,
  id: string,
  options: GetOptions<S, C, Chosen> = {},
): QuerySource<Selected<S, C, Chosen>> {
  const { select } = options
  return {
    queryKey: [keyRoot, collection, 'record', id, select === undefined ? null : compileSelect(select)],
    queryFn: async ({ signal }) => {
      const record = await anyRecords(client, collection).get(id, { ...options, signal })
      // As `get` of the collection answers these options.
      return record as Selected<S, C, Chosen>
    },
  }
}
