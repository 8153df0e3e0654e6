import { compileWhere } from '../where/compile-where.ts'
import { compileSelect, compileSort } from './compile-select.ts'

type Members = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | undefined>>

/** What a list, a `first` or a `get` asks for, as query parameters. */
export function listQuery({ where, select, sort, limit, after, page, count }: Members): Query {
  return {
    filter: where === undefined ? undefined : compileWhere(where),
    sort: sort === undefined ? undefined : compileSort(sort),
    select: select === undefined ? undefined : compileSelect(select),
    limit: text(limit),
    after: text(after),
    page: text(page),
    count: text(count),
  }
}

/** Which records a write to many affects. All of them must be asked for in as many words. */
export function filterOfMany(where: unknown): string {
  const filter = compileWhere(where)
  if (filter === 'true' && where !== true)
    throw new TypeError('`where` has no condition. To mean all records, say true.')
  return filter
}

/** `count=*&sum=views&group=status`; a count of records is `true`. */
export function aggregateQuery({ where, group, limit, timezone, ...aggregates }: Members): Query {
  const functions = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'].map((name) => [
    name,
    names(aggregates[name]),
  ])
  return {
    ...Object.fromEntries(functions),
    group: names(group),
    filter: where === undefined ? undefined : compileWhere(where),
    limit: text(limit),
    timezone: text(timezone),
  }
}

const names = (value: unknown): string | undefined =>
  value === true ? '*' : Array.isArray(value) ? value.join(',') || undefined : text(value)
const text = (value: unknown): string | undefined => ((value ?? null) === null ? undefined : String(value))
