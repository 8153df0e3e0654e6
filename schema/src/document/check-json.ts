import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import type { JsonSchema } from '../json-schema.ts'
import { childPath } from './json-pointer.ts'

type Check = (expected: unknown, value: unknown, path: string, schema: JsonSchema) => readonly Fault[]

/**
 * Checks a value against the slice of JSON Schema that `json-schema.ts` writes, and finds every fault. ajv is not used
 * here: this package runs in browsers too, where making functions from text is forbidden.
 */
export function checkJson(schema: JsonSchema, value: unknown, path: string): readonly Fault[] {
  if (schema.type !== undefined && !hasType(schema.type, value))
    return [{ path, code: 'wrongType', message: `This must be ${typeWords.get(schema.type) ?? String(schema.type)}.` }]
  return Object.entries(schema).flatMap(
    ([keyword, expected]) => checks.get(keyword)?.(expected, value, path, schema) ?? [],
  )
}

const typeWords: ReadonlyMap<unknown, string> = new Map([
  ['object', 'an object'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['null', 'null'],
])

function hasType(type: unknown, value: unknown): boolean {
  if (type === 'object') return isObject(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'number') return Number.isFinite(value)
  return type === 'null' ? value === null : typeof value === type
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Each check passes over values of a type that its keyword says nothing about, as JSON Schema has it.
const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    'const',
    (expected, value, path) => refuse(value !== expected, path, 'wrongValue', `This must be ${show(expected)}.`),
  ],
  ['enum', checkEnum],
  ['not', checkNot],
  ['anyOf', checkAnyOf],
  [
    'minimum',
    number(
      (value, least) => value >= least,
      'outOfRange',
      (least) => `This must be at least ${least}.`,
    ),
  ],
  [
    'maximum',
    number(
      (value, most) => value <= most,
      'outOfRange',
      (most) => `This must be at most ${most}.`,
    ),
  ],
  [
    'minLength',
    size(
      lengthOf,
      (n, least) => n >= least,
      'tooShort',
      (least) => `This needs ${least} characters or more.`,
    ),
  ],
  [
    'maxLength',
    size(
      lengthOf,
      (n, most) => n <= most,
      'tooLong',
      (most) => `This may have ${most} characters at most.`,
    ),
  ],
  [
    'minItems',
    size(
      countOf,
      (n, least) => n >= least,
      'tooShort',
      (least) => `This needs ${least} or more entries.`,
    ),
  ],
  [
    'maxItems',
    size(
      countOf,
      (n, most) => n <= most,
      'tooLong',
      (most) => `This may have ${most} entries at most.`,
    ),
  ],
  ['uniqueItems', checkUniqueItems],
  ['pattern', checkPattern],
  ['format', checkFormat],
  [
    'formatMinimum',
    order(
      (value, least) => value >= least,
      (least) => `This must not be before ${least}.`,
    ),
  ],
  [
    'formatMaximum',
    order(
      (value, most) => value <= most,
      (most) => `This must not be after ${most}.`,
    ),
  ],
  ['items', checkItems],
  ['required', checkRequired],
  ['properties', checkProperties],
  ['additionalProperties', checkAdditionalProperties],
])

const refuse = (isBad: boolean, path: string, code: string, message: string): readonly Fault[] =>
  isBad ? [{ path, code, message }] : []

const show = (value: unknown): string => JSON.stringify(value) ?? String(value)

function number(fits: (value: number, bound: number) => boolean, code: string, text: (bound: number) => string): Check {
  return (bound, value, path) =>
    refuse(
      typeof value === 'number' && typeof bound === 'number' && !fits(value, bound),
      path,
      code,
      text(Number(bound)),
    )
}

function size(
  measure: (value: unknown) => number | undefined,
  fits: (size: number, bound: number) => boolean,
  code: string,
  text: (bound: number) => string,
): Check {
  return (bound, value, path) => {
    const measured = measure(value)
    return refuse(measured !== undefined && !fits(measured, Number(bound)), path, code, text(Number(bound)))
  }
}

function order(fits: (value: string, bound: string) => boolean, text: (bound: string) => string): Check {
  return (bound, value, path) =>
    refuse(typeof value === 'string' && !fits(value, String(bound)), path, 'outOfRange', text(String(bound)))
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === 'string' ? Array.from(value).length : undefined
}

function countOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined
}

function checkEnum(expected: unknown, value: unknown, path: string): readonly Fault[] {
  const choices: readonly unknown[] = Array.isArray(expected) ? expected : []
  const known = choices.map(String)
  const message = `This must be one of ${known.join(', ')}.${typeof value === 'string' ? suggestion(value, known) : ''}`
  return refuse(!choices.includes(value), path, 'notAChoice', message)
}

function checkNot(expected: unknown, value: unknown, path: string): readonly Fault[] {
  const isMatch = isObject(expected) && checkJson(expected, value, path).length === 0
  return refuse(isMatch, path, 'wrongValue', `This must not be ${show(value)}.`)
}

function checkAnyOf(expected: unknown, value: unknown, path: string): readonly Fault[] {
  const schemas: readonly unknown[] = Array.isArray(expected) ? expected : []
  const attempts = schemas.filter(isObject).map((schema) => checkJson(schema, value, path))
  if (attempts.some((faults) => faults.length === 0)) return []
  const words = schemas.filter(isObject).map((schema) => typeWords.get(schema.type) ?? 'something else')
  // An attempt that liked the type but not the value knows best what is wrong.
  return (
    attempts.find((faults) => faults.every(({ code }) => code !== 'wrongType')) ?? [
      { path, code: 'wrongType', message: `This must be ${words.join(' or ')}.` },
    ]
  )
}

function checkUniqueItems(expected: unknown, value: unknown, path: string): readonly Fault[] {
  if (expected !== true || !Array.isArray(value)) return []
  const seen = new Set<string>()
  return value.flatMap((item, i) => {
    const key = show(item)
    const isAgain = seen.has(key)
    seen.add(key)
    return refuse(isAgain, childPath(path, i), 'duplicate', `${key} is in this list already.`)
  })
}

function checkPattern(expected: unknown, value: unknown, path: string): readonly Fault[] {
  const isBad = typeof value === 'string' && !new RegExp(String(expected), 'u').test(value)
  return refuse(isBad, path, 'wrongFormat', `${shorten(value)} does not have the right form.`)
}

function checkFormat(expected: unknown, value: unknown, path: string): readonly Fault[] {
  // The other formats come with a pattern that says the same.
  if (expected !== 'regex' || typeof value !== 'string') return []
  const reason = regexProblem(value)
  return reason === null ? [] : [{ path, code: 'wrongFormat', message: `This is not a regular expression: ${reason}.` }]
}

function regexProblem(pattern: string): string | null {
  try {
    RegExp(pattern, 'u').test('')
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

function checkItems(expected: unknown, value: unknown, path: string): readonly Fault[] {
  if (!isObject(expected) || !Array.isArray(value)) return []
  return value.flatMap((item, i) => checkJson(expected, item, childPath(path, i)))
}

function checkRequired(expected: unknown, value: unknown, path: string): readonly Fault[] {
  if (!Array.isArray(expected) || !isObject(value)) return []
  return expected
    .map(String)
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path: childPath(path, name), code: 'missing', message: `"${name}" is missing.` }))
}

function checkProperties(expected: unknown, value: unknown, path: string): readonly Fault[] {
  if (!isObject(expected) || !isObject(value)) return []
  return Object.entries(expected).flatMap(([name, schema]) =>
    isObject(schema) && Object.hasOwn(value, name) ? checkJson(schema, value[name], childPath(path, name)) : [],
  )
}

function checkAdditionalProperties(
  expected: unknown,
  value: unknown,
  path: string,
  { properties }: JsonSchema,
): readonly Fault[] {
  if (!isObject(value)) return []
  const known = isObject(properties) ? Object.keys(properties) : []
  const others = Object.keys(value).filter((name) => !known.includes(name))
  if (isObject(expected)) return others.flatMap((name) => checkJson(expected, value[name], childPath(path, name)))
  return expected === false ? others.map((name) => unknownKey(name, known, path)) : []
}

const unknownKey = (name: string, known: readonly string[], path: string): Fault => ({
  path: childPath(path, name),
  code: 'unknownKey',
  message: `Nothing is called ${shorten(name)} here.${suggestion(name, known) || ` There is: ${known.join(', ')}.`}`,
})

const shorten = (value: unknown): string => {
  const text = show(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
