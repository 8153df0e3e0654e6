import type { ValueType } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import { aggregateFunctions, type AggregateFunction } from '../../query/aggregate.ts'
import { callerScope, visibleNames } from '../../query/caller-scope.ts'
import type { Json } from './document.ts'

interface Named {
  readonly name: string
  readonly type: ValueType
}

const inQuery = (name: string, description: string, example: string | undefined): Json => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
  ...(example !== undefined && { example }),
})

/** Fields and relations as the caller's own expressions may name them. */
function namesIn(access: Access, collection: string): readonly Named[] {
  const scope = callerScope(access, collection)
  return visibleNames(access, collection).flatMap((name) => {
    const type = scope.lookup(collection, name)?.type
    return type ? [{ name, type }] : []
  })
}

/** `filter`, with the names it may use here. An optional one is shown by its description: an `example` would be sent. */
export function filterParameter(access: Access, collection: string, required = false): Json {
  const names = namesIn(access, collection)
  const sample = names.map(sampleCondition).find((each) => each !== undefined)
  const description = required
    ? 'Which records: an expression. To mean all of them, send `true`.'
    : 'Only records for which this expression is true.'
  const example = required || sample === undefined ? '' : ` For example: \`${sample}\``
  const listed = names.map(({ name, type }) => `- \`${name}\`: ${kindText(type)}`)
  const text = [description + example, listed.join('\n')].filter((each) => each !== '').join('\n\n')
  return required ? { ...inQuery('filter', text, sample), required } : inQuery('filter', text, undefined)
}

/** What a person calls the type of a value. */
const kindText = (type: ValueType): string => {
  if (type.kind === 'choice') return `one of ${type.options.map((option) => `\`${option}\``).join(', ')}`
  if (type.kind === 'list') return `any number of ${kindText(type.of)}`
  if (type.kind === 'record') return `a record of "${type.collection}"; its fields follow a dot`
  if (type.kind === 'records')
    return `records of "${type.collection}": for \`any(…)\`, \`all(…)\`, \`none(…)\`, \`count(…)\``
  return type.kind
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** A condition that the type of a name allows. */
function sampleCondition({ name, type }: Named): string | undefined {
  if (name === 'id') return undefined
  if (type.kind === 'choice') return `${name} = ${quoted(type.options[0] ?? '')}`
  return sampleConditions[type.kind]?.(name)
}

const above = (name: string): string => `${name} > 10`
const sampleConditions: Readonly<Partial<Record<ValueType['kind'], (name: string) => string>>> = {
  text: (name) => `${name} ~ 'plinth'`,
  integer: above,
  decimal: above,
  float: above,
  boolean: (name) => `${name} = true`,
  date: (name) => `${name} >= @today`,
  datetime: (name) => `${name} > @now - 7d`,
}

const sortable: ReadonlySet<ValueType['kind']> = new Set([
  'text',
  'choice',
  'integer',
  'decimal',
  'float',
  'boolean',
  'date',
  'datetime',
])

export function sortParameter(access: Access, collection: string): Json {
  const names = namesIn(access, collection).filter(({ type }) => sortable.has(type.kind))
  const newest = names.find(({ name }) => name === 'created')
  const [first] = names
  const example = newest ? '-created' : first?.name
  return inQuery(
    'sort',
    'Names separated by commas; `-` in front sorts downwards. A dot leads through a relation.',
    example,
  )
}

export function selectParameter(access: Access, collection: string): Json {
  const description =
    'What to answer: names separated by commas, `*` for all own fields, and `relation(…)` for related records, which ' +
    'takes `;sort=…`, `;limit=…` and `;filter=…` where they are many. The answer has exactly that.'
  return inQuery('select', description, sampleSelect(access, collection))
}

function sampleSelect(access: Access, collection: string): string | undefined {
  const names = namesIn(access, collection)
  const own = names.filter(({ type }) => type.kind !== 'record' && type.kind !== 'records').slice(0, 3)
  const relation = names.find(({ type }) => type.kind === 'record') ?? names.find(({ type }) => type.kind === 'records')
  const parts = [...own.map(({ name }) => name), ...(relation ? [sampleRelation(access, relation)] : [])]
  return parts.length === 0 ? undefined : parts.join(',')
}

function sampleRelation(access: Access, { name, type }: Named): string {
  const target = type.kind === 'record' || type.kind === 'records' ? type.collection : ''
  const isPlain = (each: Named): boolean => each.type.kind !== 'record' && each.type.kind !== 'records'
  const shown = namesIn(access, target).filter(isPlain).slice(0, 2)
  const inner = shown.length === 0 ? '*' : shown.map((each) => each.name).join(',')
  return `${name}(${inner}${type.kind === 'records' ? ';limit=3' : ''})`
}

const aggregateTexts: { readonly [F in AggregateFunction]: string } = {
  count: 'How many records (`*`), or how many have a value.',
  countDistinct: 'How many different values.',
  sum: 'The sum of numbers.',
  avg: 'The average of numbers.',
  min: 'The least value.',
  max: 'The greatest value.',
}

/** The parameters of an aggregate, each with a field that it can be taken of. */
export function aggregateParameters(access: Access, collection: string): readonly Json[] {
  const names = namesIn(access, collection)
  const number = names.find(({ type }) => ['integer', 'decimal', 'float'].includes(type.kind))?.name
  const group = names.find(({ type }) => type.kind === 'choice' || type.kind === 'boolean')?.name
  const month = names.some(({ name }) => name === 'created') ? 'created:month' : undefined
  return [
    ...aggregateFunctions.map((each) => {
      const { example, ...parameter } = inQuery(each, `${aggregateTexts[each]} Names separated by commas.`, number)
      return each === 'count'
        ? { ...parameter, example: '*' }
        : { ...parameter, ...(example !== undefined && { example }) }
    }),
    inQuery(
      'group',
      'One item for each value of these: names, paths through relations, and `:day`, `:week` or `:month` of a time.',
      group ?? month,
    ),
    filterParameter(access, collection),
    {
      name: 'limit',
      in: 'query',
      description: 'How many items at most.',
      schema: { type: 'integer', minimum: 1, maximum: 10_000, default: 1_000 },
    },
    {
      name: 'timezone',
      in: 'query',
      description: 'Where days, weeks and months begin.',
      schema: { type: 'string', default: 'UTC', examples: ['Europe/Berlin'] },
    },
  ]
}
