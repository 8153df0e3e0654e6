import fc from 'fast-check'
import { dates, decimals, floats, instants, integers, labels, statuses, texts, userIds, uuids } from './pools.ts'

type Text = fc.Arbitrary<string>

/**
 * Texts of well-typed conditions about a record of `samples`; all of them stay within the record. With `old`, they also
 * speak of the record before an update.
 */
export function sampleExpression({ old = false }: { readonly old?: boolean } = {}): Text {
  const roots = old ? ['', '', '', '@old.'] : ['']
  return conditions(valuesFrom(roots), old, 3).filter((text) => text.length <= 4000)
}

type Values = ReturnType<typeof valuesFrom>

function valuesFrom(roots: readonly string[]) {
  const field = (...names: readonly string[]): Text =>
    fc.tuple(fc.constantFrom(...roots), fc.constantFrom(...names)).map(([root, name]) => root + name)
  const plainText = fc.oneof(field('title', 'note'), fc.constant('@user.nickname'), texts.map(quoted))
  const text = fc.oneof(
    { weight: 4, arbitrary: plainText },
    call('lower', fc.oneof(plainText, field('status', 'mood'))),
  )
  const integer = fc.oneof(
    field('stock', 'sold'),
    fc.constant('@user.level'),
    integers.map(String),
    call('length', text),
  )
  const exact = fc.oneof({ weight: 2, arbitrary: field('price', 'cost') }, integer, decimals)
  const float = fc.oneof({ weight: 2, arbitrary: field('weight', 'height') }, floats.map(String))
  const plainExact = fc.oneof(field('price', 'cost', 'stock', 'sold'), decimals.filter(fitsDoubles))
  const number = fc.oneof(float, plainExact)
  const date = fc.oneof(field('born', 'due'), fc.constant('@today'))
  const instant = fc.oneof(field('starts', 'ends'), fc.constantFrom('@now', '@user.joined'))
  return {
    field,
    text,
    choice: fc.oneof(field('status', 'mood'), fc.constantFrom(...statuses).map(quoted)),
    exact: fc.oneof({ weight: 3, arbitrary: exact }, sum(exact, exact)),
    // A float field stands in front, so that the comparison is one of doubles.
    floats: fc.tuple(fc.oneof(field('weight', 'height'), sum(field('weight', 'height'), number)), number),
    time: fc.oneof(
      { weight: 2, arbitrary: date },
      { weight: 2, arbitrary: instant },
      sum(date, duration),
      sum(instant, duration),
    ),
    difference: fc.tuple(fc.oneof(date, instant), fc.oneof(date, instant)).map(([one, other]) => `${one} - ${other}`),
    timeText: fc.oneof(dates.map(quoted), instants.chain(instantText).map(quoted)),
    id: fc.oneof(field('code', 'token'), fc.constantFrom(...uuids).map(quoted)),
    person: fc.oneof(field('owner', 'editor'), fc.constant('@user.id')),
  }
}

function conditions(values: Values, old: boolean, depth: number): Text {
  const simple = fc.oneof(
    { weight: 4, arbitrary: comparisons(values) },
    { weight: 2, arbitrary: memberships(values) },
    { weight: 2, arbitrary: textTests(values) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        values.field('active', 'archived'),
        fc.constantFrom('true', 'false', '@user.trusted', '@user.verified'),
      ),
    },
    { weight: 1, arbitrary: distances(values) },
    ...(old ? [{ weight: 2, arbitrary: changes }] : []),
  )
  if (depth === 0) return simple
  const inner = conditions(values, old, depth - 1).map((text) => `(${text})`)
  return fc.oneof(
    { weight: 3, arbitrary: simple },
    { weight: 2, arbitrary: fc.array(inner, { minLength: 2, maxLength: 3 }).map((items) => items.join(' && ')) },
    { weight: 2, arbitrary: fc.array(inner, { minLength: 2, maxLength: 3 }).map((items) => items.join(' || ')) },
    { weight: 2, arbitrary: inner.map((text) => `!${text}`) },
    { weight: 1, arbitrary: pairs(inner, fc.constantFrom('=', '!='), fc.oneof(inner, values.field('archived'))) },
  )
}

const equality = fc.constantFrom('=', '!=')
const order = fc.constantFrom('=', '!=', '<', '<=', '>', '>=')
const duration = fc.constantFrom('0s', '1s', '1h', '1d', '7d', '2w', '1d12h', '90m', '365d', '365250d')

function comparisons(values: Values): Text {
  const nullable = values.field(
    'title',
    'note',
    'mood',
    'sold',
    'cost',
    'height',
    'archived',
    'due',
    'ends',
    'marks',
    'editor',
    'token',
    'home',
    'extra',
  )
  return fc.oneof(
    pairs(values.text, order, values.text),
    pairs(values.field('title', 'note'), order, values.field('status', 'mood')),
    pairs(values.field('status', 'mood'), order, values.choice),
    pairs(values.exact, order, values.exact),
    fc.tuple(values.floats, order).map(([[left, right], operator]) => `${left} ${operator} ${right}`),
    pairs(values.time, order, fc.oneof(values.time, values.timeText)),
    pairs(values.difference, order, fc.oneof(duration, values.difference)),
    pairs(values.id, equality, values.id),
    pairs(values.person, equality, fc.oneof(values.person, fc.constantFrom(...userIds).map(quoted))),
    pairs(values.field('active', 'archived'), equality, fc.constantFrom('true', 'false', 'active', 'archived')),
    pairs(values.field('place', 'home'), equality, values.field('place', 'home')),
    pairs(nullable, equality, fc.constant('null')),
    pairs(fc.constant('null'), order, values.field('note', 'sold', 'cost', 'height', 'due', 'ends')),
  )
}

function memberships(values: Values): Text {
  const operator = fc.constantFrom('in', 'not in')
  return fc.oneof(
    pairs(values.text, operator, list(texts.map(quoted))),
    pairs(values.field('status', 'mood'), operator, list(fc.constantFrom(...statuses).map(quoted))),
    pairs(values.exact, operator, list(fc.oneof(integers.map(String), decimals))),
    pairs(values.field('weight', 'height'), operator, list(fc.oneof(floats.map(String), decimals.filter(fitsDoubles)))),
    pairs(values.time, operator, list(values.timeText)),
    pairs(
      values.id.filter((text) => !text.startsWith("'")),
      operator,
      list(fc.constantFrom(...uuids).map(quoted)),
    ),
    pairs(values.person, operator, list(fc.constantFrom(...userIds).map(quoted))),
    pairs(values.field('active', 'archived'), operator, list(fc.constantFrom('true', 'false'))),
    pairs(
      fc.constantFrom(...labels).map(quoted),
      operator,
      fc.oneof(values.field('labels', 'marks'), fc.constant('@user.circle')),
    ),
    pairs(
      values.text.filter((text) => !text.startsWith("'")),
      operator,
      fc.oneof(values.field('labels', 'marks'), fc.constant('@user.roles')),
    ),
    pairs(fc.constantFrom("'editor'", "'draft'", 'null'), operator, fc.constant('@user.roles')),
  )
}

function textTests(values: Values): Text {
  const searched = values.field('title', 'note', 'status', 'mood')
  const words = texts.filter((text) => /\S/u.test(text) && text.trim().split(/\s+/u).length <= 20)
  return fc.oneof(
    pairs(fc.oneof(values.text, searched), fc.constantFrom('~', '!~'), fc.oneof(values.text, searched)),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith'), values.text, values.text)
      .map(([name, of, part]) => `${name}(${of}, ${part})`),
    fc
      .tuple(words, fc.array(searched, { minLength: 1, maxLength: 3 }))
      .map(([word, fields]) => `search(${quoted(word)}, ${fields.join(', ')})`),
  )
}

/** Far from the rounding of the last digit, in which the two back ends may differ. */
const distances = (values: Values): Text =>
  fc
    .tuple(
      values.field('place', 'home'),
      fc.constantFrom('0, 0', '52.5, 13.4', '-90, 0', '90, -180', '1e1, 2E1'),
      fc.constantFrom('<', '>'),
      fc.constantFrom('12345.5', '1000001', '9e6'),
    )
    .map(([place, to, operator, limit]) => `distance(${place}, ${to}) ${operator} ${limit}`)

const changes = fc
  .constantFrom(
    'title',
    'note',
    'mood',
    'sold',
    'price',
    'cost',
    'height',
    'archived',
    'due',
    'ends',
    'marks',
    'editor',
    'token',
    'home',
  )
  .map((name) => `changed(${name})`)

const call = (name: string, of: Text): Text => of.map((text) => `${name}(${text})`)
const sum = (left: Text, right: Text): Text => pairs(left, fc.constantFrom('+', '-'), right)
const list = (items: Text): Text =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: items }, fc.constant('null')), { maxLength: 4 })
    .map((written) => `[${written.join(', ')}]`)
const pairs = (left: Text, operator: Text, right: Text): Text =>
  fc.tuple(left, operator, right).map(([one, sign, other]) => `${one} ${sign} ${other}`)

/** The same instant in one time zone or another, where the local year has four digits. */
function instantText(milliseconds: number): Text {
  return fc.constantFrom(0, 120, -330, 765).map((offset) => {
    const local = milliseconds + offset * 60_000
    const isWritable = local >= Date.parse('0001-01-01T00:00:00Z') && local <= Date.parse('9999-12-31T23:59:59.999Z')
    if (offset === 0 || !isWritable) return new Date(milliseconds).toISOString()
    const size = Math.abs(offset)
    const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
    return new Date(local).toISOString().replace('Z', zone)
  })
}

const two = (number: number): string => String(number).padStart(2, '0')
const fitsDoubles = (decimal: string): boolean => {
  const size = Math.abs(Number(decimal))
  return size <= 1e300 && (size >= 1e-300 || !/[1-9]/.test(decimal))
}

/** A text in quotes; some of its characters as escapes. */
const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\u0301', '\\u0301')}'`
