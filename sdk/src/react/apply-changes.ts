type Members = Readonly<Record<string, unknown>>

/**
 * A record as it will be once these changes are made, as far as that can be foretold: `views+`, `+tags` and `-tags`
 * count, a Date is text as in an answer, what a `select` left out or put in place of an id stays as it is.
 */
export function applyChanges(record: Members, changes: Members): Members {
  return Object.entries(changes).reduce(
    (changed, [key, value]) => ({ ...changed, ...foretold(changed, key, value) }),
    record,
  )
}

function foretold(record: Members, key: string, value: unknown): Members {
  const name = key.replace(/^[-+]|\+$/g, '')
  const before = record[name]
  if (!Object.hasOwn(record, name) || isRelated(before)) return {}
  if (key.endsWith('+')) return typeof before === 'number' ? { [name]: before + Number(value) } : {}
  if (key === name) return { [name]: value instanceof Date ? value.toISOString() : value }
  if (!Array.isArray(before) || !Array.isArray(value)) return {}
  const others = before.filter((id) => !value.includes(id))
  return { [name]: key.startsWith('+') ? [...others, ...value] : others }
}

/** Records in the place of ids. Other objects, such as places, are values. */
const isRelated = (value: unknown): boolean =>
  Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)
