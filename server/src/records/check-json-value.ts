import { errors, type Fault } from '@plinth/schema'

const maxDepth = 32
const maxValues = 100_000

/** Means something else to JavaScript objects, wherever a careless copy of the body is made. */
const refusedKey = '__proto__'

interface Walk {
  /** Only an escape can bring NUL characters and lone surrogates into valid UTF-8; most bodies have none. */
  readonly escapes: boolean
  values: number
}

/** Refuses parsed JSON that is too deep, too much, or holds what no record can. `text` is what it was parsed from. */
export function checkJsonValue(value: unknown, text: string): void {
  check(value, [], { escapes: text.includes('\\u'), values: 0 })
}

function check(value: unknown, path: readonly (string | number)[], walk: Walk): void {
  walk.values += 1
  if (walk.values > maxValues) throw refuse([], 'tooManyValues', `It holds more than ${maxValues} values.`)
  if (typeof value === 'string') return checkText(value, path, walk)
  // `1e999` is valid JSON, but JavaScript reads it as Infinity, which would be written as null.
  if (value === Infinity || value === -Infinity)
    throw refuse(path, 'outOfRange', 'It holds a number that is too large.')
  if (typeof value !== 'object' || value === null) return
  if (path.length >= maxDepth) throw refuse(path, 'tooDeep', `It is nested more than ${maxDepth} levels deep.`)
  if (Array.isArray(value)) return value.forEach((each, i) => check(each, [...path, i], walk))
  for (const [key, each] of Object.entries(value)) {
    checkKey(key, path, walk)
    check(each, [...path, key], walk)
  }
}

function checkText(text: string, path: readonly (string | number)[], { escapes }: Walk): void {
  if (!escapes) return
  if (text.includes('\0')) throw refuse(path, 'nulCharacter', 'It holds a NUL character (\\u0000).')
  if (!text.isWellFormed()) throw refuse(path, 'loneSurrogate', 'It holds half of a surrogate pair.')
}

function checkKey(key: string, path: readonly (string | number)[], walk: Walk): void {
  checkText(key, [...path, key.toWellFormed().replaceAll('\0', '')], walk)
  if (key === refusedKey) throw refuse([...path, key], 'refusedKey', `"${key}" cannot be used as a key.`)
}

function refuse(path: readonly (string | number)[], code: string, message: string) {
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const fault: Fault = { path: pointer, code, message }
  return errors.invalidBody({ errors: [fault] })
}
