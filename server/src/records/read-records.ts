import { errors } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import {
  type AggregateFunction,
  aggregateFunctions,
  compileAggregate,
  parseAggregate,
  parseGroup,
} from '../query/aggregate.ts'
import { errorCode } from '../database/error-code.ts'
import { checkFilter } from '../query/check-filter.ts'
import { decodeCursor, encodeCursor, invalidCursor } from '../query/keyset.ts'
import { parseSelect } from '../query/parse-select.ts'
import { compileList } from '../query/select-list.ts'
import { compileGet } from '../query/select-one.ts'
import { resolveShape, type Shape } from '../query/shape.ts'
import { parseSort, type SortKey } from '../query/sort.ts'
import { findReadable, makeRun, type Operation, recordId, runCurrent, runPlan, withAccess } from './operation.ts'
import type { Plan } from './plan-cache.ts'
import { unknownTimeZone } from './time-zone.ts'

/** One record as JSON text, and its revision. */
export interface RecordText {
  readonly json: string
  readonly rev: string | null
}

export type Parameters = ReadonlyMap<string, string>

/** The shape a `select` asks for; all visible fields without one. */
export const shapeOf = (access: Access, collection: string, select: string | undefined): Shape =>
  resolveShape(access, collection, select === undefined ? null : parseSelect(select))

/**
 * @throws Problem recordNotFound, also where a rule hides the record; invalidParameter
 */
export async function getRecord(
  operation: Operation,
  name: string,
  id: string,
  parameters: Parameters,
): Promise<RecordText> {
  return withAccess(operation, async (access) => {
    const select = parameters.get('select')
    const plan = operation.deps.plans.planned(access, ['get', name, select], () => {
      const collection = findReadable(access, name)
      return operation.deps.plans.plan(compileGet(access, collection.name, shapeOf(access, name, select)), 'read')
    })
    const run = makeRun(operation, { id: recordId(name, id) })
    const [row] = await runPlan(operation, access, plan, run).catch(rethrow)
    if (!row?.[1]) throw errors.recordNotFound({ id, collection: name })
    return { json: row[1], rev: row[2] ?? null }
  })
}

export interface ListOptions {
  readonly limit: number
  readonly page: number | null
  readonly after: string | null
}

interface ListPlan {
  readonly plan: Plan
  readonly keysAreShown: boolean
}

const countBound = 10_000

/** A page of records as JSON text: `{ items, next, count? }`. */
export async function listRecords(
  operation: Operation,
  name: string,
  parameters: Parameters,
  options: ListOptions,
): Promise<string> {
  return withAccess(operation, async (access) => {
    const collection = findReadable(access, name)
    const sort = parameters.get('sort') ?? null
    const { keys } = operation.deps.plans.planned(access, ['sort', name, sort], () => ({
      keys: parseSort(access, collection.name, sort),
    }))
    const after = options.after === null ? null : decodeCursor(options.after, keys)
    const { plan, keysAreShown } = planList(operation, access, name, parameters, options, keys, after)
    const offset = options.page === null ? 0 : (options.page - 1) * options.limit
    const run = makeRun(operation, { offset, after: after ?? [] })
    const rows = await runCurrent(operation, plan, run).catch((error: unknown) => {
      throw after !== null && isDataError(error) ? invalidCursor({ cause: error }) : readProblem(error)
    })
    const lastKeys = (row: Row) => (keysAreShown ? keysOf(row[1], keys) : row.slice(2, 2 + keys.length))
    return pageText(rows, options.limit, parameters.get('count'), lastKeys)
  })
}

/**
 * No expression can fail on stored data, so what PostgreSQL cannot work out are values of a cursor that is none of ours, or
 * the SQL of a view. Its own words are not passed on: they may quote values that the caller may not see.
 */
export const readProblem = (error: unknown): unknown =>
  isDataError(error) ? errors.viewFailed({ cause: error }) : error

const rethrow = (error: unknown): never => {
  throw readProblem(error)
}

const isDataError = (error: unknown): boolean => errorCode(error).startsWith('22')

function planList(
  operation: Operation,
  access: Access,
  name: string,
  parameters: Parameters,
  { limit, page }: ListOptions,
  keys: readonly SortKey[],
  after: readonly (string | null)[] | null,
): ListPlan {
  const [select, filter, count] = ['select', 'filter', 'count'].map((each) => parameters.get(each))
  const nulls = after?.map((value) => value === null) ?? null
  const paged = page !== null && page > 1
  const key = ['list', name, select, filter, parameters.get('sort'), count, nulls, limit, paged]
  return operation.deps.plans.planned(access, key, () => {
    const query = {
      collection: name,
      shape: shapeOf(access, name, select),
      filter: filter === undefined ? null : checkFilter(access, name, filter),
      sort: keys,
      limit,
      paged,
      after: nulls,
      count: count === undefined ? null : count === 'exact' ? ('exact' as const) : { bounded: countBound },
    }
    const { statement, keysAreShown } = compileList(access, query)
    return { plan: operation.deps.plans.plan(statement, 'read'), keysAreShown }
  })
}

type Row = readonly (string | null)[]

function pageText(
  rows: readonly Row[],
  limit: number,
  count: string | undefined,
  keysOfRow: (row: Row) => readonly (string | null)[],
): string {
  const [first] = rows
  const items = (first?.[1] ?? null) === null ? [] : rows.slice(0, limit).map((row) => row[1])
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const next = last ? JSON.stringify(encodeCursor(keysOfRow(last))) : 'null'
  const counted = first?.at(-1) ?? '0'
  const total = count === undefined ? '' : `,"count":${counted}`
  const bounded = count === 'estimated' && Number(counted) >= countBound ? ',"countIsAtLeast":true' : ''
  return `{"items":[${items.join(',')}],"next":${next}${total}${bounded}}`
}

/** The values a record shows for the keys it is sorted by, as texts. */
function keysOf(json: string | null | undefined, keys: readonly SortKey[]): readonly (string | null)[] {
  const record: Readonly<Record<string, unknown>> = JSON.parse(json ?? '{}')
  return keys.map(({ field }) => ((record[field] ?? null) === null ? null : String(record[field])))
}

/** PostgreSQL's functions take 100 arguments, and each value is two. */
const maxAggregates = 40

/** Aggregates as JSON text: `{ items: [{ …group, count, sum: {…} }] }`. */
export async function aggregateRecords(
  operation: Operation,
  name: string,
  parameters: Parameters,
  limit: number,
  timeZone: string,
): Promise<string> {
  return withAccess(operation, async (access) => {
    const asked = [...aggregateFunctions, 'group', 'filter'].map((each) => parameters.get(each))
    const plan = operation.deps.plans.planned(access, ['aggregate', name, timeZone, ...asked], () => {
      const collection = findReadable(access, name).name
      const filter = parameters.get('filter')
      const aggregates = aggregateFunctions.flatMap((each) =>
        asPaths(parameters.get(each)).map((path) => parseAggregate(access, collection, each, path)),
      )
      if (aggregates.length === 0)
        throw errors.badRequest({ reason: `Say what to work out: ${aggregateFunctions.map(example).join(', ')}.` })
      const groups = asPaths(parameters.get('group')).map((path) => parseGroup(access, collection, path))
      if (aggregates.length + groups.length > maxAggregates)
        throw errors.badRequest({ reason: `At most ${maxAggregates} values can be worked out and grouped by at once.` })
      const query = {
        collection,
        filter: filter === undefined ? null : checkFilter(access, collection, filter),
        aggregates,
        groups,
        timeZone,
      }
      return operation.deps.plans.plan(compileAggregate(access, query))
    })
    const rows = await runPlan(operation, access, plan, makeRun(operation, { limit })).catch((error: unknown) => {
      throw refusesTimeZone(error, timeZone) ? unknownTimeZone(error) : readProblem(error)
    })
    return `{"items":${rows[0]?.[1] ?? '[]'}}`
  })
}

/** A PostgreSQL may have older names of time zones than Node. It says so in its own language, with the name in quotes. */
const refusesTimeZone = (error: unknown, timeZone: string): boolean =>
  errorCode(error) === '22023' && error instanceof Error && error.message.includes(`"${timeZone}"`)

const asPaths = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : [...new Set(text.split(',').map((path) => path.trim()))]
const example = (name: AggregateFunction): string => (name === 'count' ? 'count=*' : `${name}=FIELD`)
