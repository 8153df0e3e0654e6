import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { applyChanges } from './apply-changes.ts'
import { keyRoot } from './queries.ts'

type Members = Readonly<Record<string, unknown>>

/** A write to one record. */
export type Write =
  | { readonly kind: 'create'; readonly body: unknown }
  | { readonly kind: 'update' | 'replace'; readonly id: string; readonly body: object }
  | { readonly kind: 'delete'; readonly id: string }

/** What was shown before a write; `restore` shows it again. */
export interface Shown {
  restore(): void
}

/** Shows what a write will do before the server has done it. */
export async function showAhead(queries: QueryClient, collection: string, write: Write): Promise<Shown> {
  // An answer that is on its way knows nothing of the write.
  await queries.cancelQueries({ queryKey: [keyRoot, collection] })
  const before = queries.getQueriesData<unknown>({ queryKey: [keyRoot, collection] })
  if (write.kind !== 'create') {
    for (const [key, data] of before) queries.setQueryData(key, shownAfter(key, data, write))
  }
  return {
    restore: () => {
      for (const [key, data] of before) queries.setQueryData(key, data)
    },
  }
}

function shownAfter(key: QueryKey, data: unknown, write: Exclude<Write, { kind: 'create' }>): unknown {
  if (!isMembers(data)) return data
  const { items } = data
  if (Array.isArray(items)) return { ...data, items: items.flatMap((item) => changed(item, item?.id, write)) }
  // A record that is deleted stays until it is asked for again: there is no saying what is shown in its place.
  return changed(data, key[3], write)[0] ?? data
}

/** The record after the write: none where it is deleted. */
function changed(record: Members, id: unknown, write: Exclude<Write, { kind: 'create' }>): readonly Members[] {
  if (id !== write.id) return [record]
  return write.kind === 'delete' ? [] : [applyChanges(record, { ...write.body })]
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null
