import { compileWhere } from '../where/compile-where.ts'

type Members = Readonly<Record<string, unknown>>

const selectable = /^(\*|[a-z][a-z0-9_]*)$/

/** The text of a `select`, of names or of a tree. */
export function compileSelect(select: unknown): string {
  if (Array.isArray(select)) return select.map((name) => checked(String(name))).join(',')
  if (typeof select !== 'object' || select === null) throw new TypeError('`select` is a list of names, or an object.')
  return Object.entries(select)
    .filter(([, wanted]) => wanted !== false && wanted !== undefined)
    .map(([name, wanted]) => checked(name) + (wanted === true ? '' : compileNested(wanted)))
    .join(',')
}

function compileNested(wanted: unknown): string {
  if (Array.isArray(wanted)) return `(${compileSelect(wanted)})`
  // Anything else is refused by compileSelect below.
  const { select, where, sort, limit } = wanted as Members
  const options = [
    ...(where === undefined ? [] : [`filter=${compileWhere(where)}`]),
    ...(sort === undefined ? [] : [`sort=${compileSort(sort)}`]),
    ...(limit === undefined ? [] : [`limit=${Number(limit)}`]),
  ]
  return `(${[compileSelect(select), ...options].join(';')})`
}

function checked(name: string): string {
  if (!selectable.test(name)) throw new TypeError(`"${name}" is not the name of a field.`)
  return name
}

/** The text of a `sort`: one key or several. */
export function compileSort(sort: unknown): string {
  const keys = Array.isArray(sort) ? sort.map(String) : [String(sort)]
  for (const key of keys) {
    if (!/^-?[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/.test(key)) throw new TypeError(`"${key}" is not a key to sort by.`)
  }
  return keys.join(',')
}
