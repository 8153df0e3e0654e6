import { errors, jsonSchema } from '@plinth/schema'
import { aggregateFunctions } from '../../query/aggregate.ts'
import { timeZoneOf } from '../../records/time-zone.ts'

/** A list or an aggregate that a client wants to be kept right. */
export interface LiveWish {
  readonly collection: string
  /** As those of REST. */
  readonly parameters: ReadonlyMap<string, string>
  readonly limit: number
  /** Of an aggregate, the time zone that its periods are counted in; null for a list of records. */
  readonly timeZone: string | null
}

const { object, optional, string, integer } = jsonSchema
const anyText = optional(string({ maxLength: 4_000 }))
const limit = optional(integer({ minimum: 1, maximum: 1_000 }))

export const liveBody = object({
  collection: string({ maxLength: 100 }),
  filter: anyText,
  sort: anyText,
  select: anyText,
  limit,
  aggregate: optional(
    object({
      count: anyText,
      countDistinct: anyText,
      sum: anyText,
      avg: anyText,
      min: anyText,
      max: anyText,
      group: anyText,
      timezone: optional(string({ maxLength: 100 })),
      limit,
    }),
  ),
  cursor: optional(string({ maxLength: 20_000 })),
})
export type LiveBody = jsonSchema.Infer<typeof liveBody>

const defaultLimit = 20
const defaultGroups = 1_000

/** @throws Problem badRequest, invalidParameter */
export function wishOf({ collection, filter, sort, select, limit: records, aggregate }: LiveBody): LiveWish {
  if (aggregate === undefined) {
    const parameters = given({ filter, sort, select })
    return { collection, parameters, limit: records ?? defaultLimit, timeZone: null }
  }
  if (sort !== undefined || select !== undefined || records !== undefined)
    throw errors.badRequest({
      reason: '"sort", "select" and "limit" are for records: an aggregate has its own "limit".',
    })
  const { timezone, limit: groups = defaultGroups, ...asked } = aggregate
  const parameters = given({ filter, ...asked })
  return { collection, parameters, limit: groups, timeZone: timeZoneOf(given({ timezone })) }
}

const given = (parameters: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))

/** The names, or paths, in a list such as `sum=views,likes`. */
const namesIn = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : [...new Set(text.split(',').map((name) => name.trim()))]

/** What an aggregate is grouped by. */
export const groupsOf = ({ parameters }: LiveWish): readonly string[] => namesIn(parameters.get('group'))

/** The values that an aggregate works out. */
export const aggregatesOf = ({ parameters }: LiveWish) =>
  aggregateFunctions.flatMap((name) => namesIn(parameters.get(name)).map((path) => ({ name, path })))
