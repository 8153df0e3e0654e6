import { aggregateQuery, listQuery } from '../records/list-query.ts'
import type { StandingOptions } from '../types/realtime.ts'

type Members = Readonly<Record<string, unknown>>

/** What can be started on a collection. */
export type StandingKind = 'subscribe' | 'live' | 'liveAggregate'

/** Something to start: `types/collection-client.ts` says what its options are, and what its handler gets. */
export interface Wish {
  readonly kind: StandingKind
  readonly collection: string
  readonly options: Members & StandingOptions
  readonly handler: (given: never) => unknown
}

/** What a subscription asks the server for. */
export const subscriptionBody = ({ collection, options: { where, select, record } }: Wish): object => ({
  collection,
  record,
  ...listQuery({ where, select }),
})

/** The list that it starts from; null without one. */
export function startingList({ options: { list } }: Wish): object | null {
  if (list === undefined) return null
  const { sort, limit } = Object(list)
  return { ...listQuery({ sort }), limit }
}

/** @throws TypeError for what only a page of a list can have */
export function liveBody({ kind, collection, options }: Wish): object {
  if (kind === 'liveAggregate') {
    const { filter, ...aggregate } = aggregateQuery(options)
    return { collection, filter, aggregate: { ...aggregate, limit: options['limit'] } }
  }
  const { where, select, sort, limit, after, page, count } = options
  if ((after ?? page ?? count) !== undefined)
    throw new TypeError('A live list is its first page: it takes no `after`, `page` or `count`.')
  return { collection, ...listQuery({ where, select, sort }), limit }
}
