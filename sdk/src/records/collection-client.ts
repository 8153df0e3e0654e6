import type { CallOptions, RequestOptions } from '../http/request-options.ts'
import { loadPart } from '../http/load-part.ts'
import { segment } from '../http/segment.ts'
import type { Transport } from '../http/transport.ts'
import { compileSelect } from './compile-select.ts'
import { aggregateQuery, filterOfMany, listQuery } from './list-query.ts'
import { callOptions, listRecords } from './list-records.ts'
import type { RealtimeDoor } from '../realtime/door.ts'
import type { StandingKind, Wish } from '../realtime/wishes.ts'

type Options = Readonly<Record<string, unknown>> & CallOptions

const transfer = () => loadPart(import('./transfer.ts'))

/** The calls of one collection, whatever its records look like: `types/collection-client.ts` says what they answer. */
export function collectionClient(transport: Transport, realtime: RealtimeDoor, collection: string) {
  const path = `/api/records/${segment(collection)}`
  const at = (id: string): string => `${path}/${segment(id)}`
  const write = (method: string, address: string, options: Options, more: RequestOptions): Promise<unknown> =>
    transport.json(method, address, { ...callOptions(options), keyed: true, ...more })
  /** What a write answers, and what must still hold. */
  const chosen = ({ select, ifRev }: Options): NonNullable<RequestOptions['query']> => ({
    select: select === undefined ? undefined : compileSelect(select),
    ifRev: ifRev === undefined ? undefined : String(ifRev),
  })
  const countOf = async (answer: Promise<unknown>): Promise<number> =>
    // Writes to many answer `{ "count": n }`.
    ((await answer) as { readonly count: number }).count
  const standing = (kind: StandingKind) => (options: Wish['options'], handler: Wish['handler']) =>
    realtime.start({ kind, collection, options, handler })

  return {
    list: (options: Options = {}) => listRecords(transport, path, options),
    first: async (options: Options = {}) =>
      (await listRecords(transport, path, { ...options, limit: 1 })).items[0] ?? null,
    get: async (id: string, { select, ...options }: Options = {}) =>
      transport.json('GET', at(id), { ...callOptions(options), query: listQuery({ select }) }),
    create: async (body: unknown, options: Options = {}) => {
      const answer = await write('POST', path, options, { body, query: chosen(options) })
      // The records that a list has become stand in `items`.
      return Array.isArray(body) ? (answer as { readonly items: unknown }).items : answer
    },
    update: async (id: string, body: unknown, options: Options = {}) =>
      write('PATCH', at(id), options, { body, query: chosen(options) }),
    replace: async (id: string, body: unknown, options: Options = {}) =>
      write('PUT', at(id), options, { body, query: chosen(options) }),
    delete: async (id: string, options: Options = {}) => {
      await write('DELETE', at(id), options, { query: chosen(options) })
    },
    updateMany: async (where: unknown, body: unknown, options: Options = {}) =>
      countOf(write('PATCH', path, options, { body, query: { filter: filterOfMany(where) } })),
    deleteMany: async (where: unknown, options: Options = {}) =>
      countOf(write('DELETE', path, options, { query: { filter: filterOfMany(where) } })),
    export: async (options: Options = {}) => (await transfer()).exportRecords(transport, path, options),
    import: async (file: unknown, options: Options) => (await transfer()).importRecords(transport, path, file, options),
    subscribe: standing('subscribe'),
    live: standing('live'),
    liveAggregate: standing('liveAggregate'),
    aggregate: async (options: Options) => {
      const answer = await transport.json('GET', `${path}/aggregate`, {
        ...callOptions(options),
        query: aggregateQuery(options),
      })
      // The server answers every aggregate in this shape.
      return (answer as { readonly items: unknown }).items
    },
  }
}
