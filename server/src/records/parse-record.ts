import { type CollectionModel, errors, type Fault, type FieldModel, suggestion } from '@plinth/schema'
import type { Access, Grant, WriteAction } from '../access/access.ts'
import { grantsFor } from '../query/insert.ts'
import type { Assignment } from '../query/update.ts'
import type { ManyChange } from '../query/write-answer.ts'
import { valueFaults } from './value-faults.ts'

/** A body of a write, checked against the schema and what the caller may write. */
export interface ParsedRecord {
  readonly assignments: readonly Assignment[]
  readonly many: readonly ManyChange[]
  /** Values as PostgreSQL reads them: by field, and for atomic changes by `field+`, `+field`, `-field`. */
  readonly values: Readonly<Record<string, unknown>>
}

type Body = Readonly<Record<string, unknown>>

/** @throws Problem forbidden where no role of the caller allows the action at all */
export function grantsOf(access: Access, collection: CollectionModel, action: WriteAction): readonly Grant[] {
  if (collection.kind === 'view') throw errors.readOnlyCollection({ collection: collection.name })
  const grants = access.collection(collection.name)?.grants(action) ?? []
  if (grants.length === 0) throw errors.forbidden({ action, collection: collection.name })
  return grants
}

/**
 * A record to be created, or to replace another: what is missing is checked, too.
 *
 * @throws Problem invalidBody with every fault at once
 */
export function parseNewRecord(
  access: Access,
  collection: CollectionModel,
  body: unknown,
  path = '',
  action: 'create' | 'update' = 'create',
): ParsedRecord {
  const grants = grantsOf(access, collection, action)
  const parsed = parseFields(collection, grants, body, path, false)
  const names = [...parsed.assignments, ...parsed.many].map((each) => each.field).filter((name) => name !== 'id')
  const eligible = grantsFor(grants, names)
  const preset = new Set(eligible.flatMap((grant) => [...grant.set.keys()]))
  const missing = [...collection.fields.values()].filter(
    (field) => isMissing(field, parsed.values) && !preset.has(field.name) && mustBeGiven(field),
  )
  const writable = missing.filter(({ name }) => grants.some((grant) => grant.writable.has(name)))
  // What the caller cannot give is not asked for: it may not exist for the caller. A record that is there has it already.
  if (action === 'create' && missing.length > writable.length)
    throw errors.forbidden({ action, collection: collection.name })
  if (writable.length > 0) throw errors.invalidBody({ errors: writable.map((field) => missingFault(field.name, path)) })
  return parsed
}

/** Changes to a record. */
export function parseChanges(access: Access, collection: CollectionModel, body: unknown): ParsedRecord {
  const grants = grantsOf(access, collection, 'update')
  const parsed = parseFields(collection, grants, body, '', true)
  if (parsed.assignments.length + parsed.many.length === 0) {
    throw errors.badRequest({ reason: 'The body changes nothing: give at least one field.' })
  }
  return parsed
}

const isMissing = (field: FieldModel, values: Body): boolean =>
  // Own members only: a field may be named "constructor".
  !Object.hasOwn(values, field.name) || values[field.name] === null || values[field.name] === undefined

/** A required field that nothing else fills. */
export const mustBeGiven = ({ name, required, declared, column }: FieldModel): boolean =>
  required &&
  declared.default === undefined &&
  column?.filledBy === undefined &&
  !['id', 'created', 'updated'].includes(name)

const missingFault = (name: string, path: string): Fault => ({
  path: `${path}/${name}`,
  code: 'required',
  message: 'Is required.',
})

function parseFields(
  collection: CollectionModel,
  grants: readonly Grant[],
  body: unknown,
  path: string,
  atomic: boolean,
): ParsedRecord {
  if (!isObject(body)) throw errors.invalidBody({ errors: [{ path, code: 'type', message: 'Must be an object.' }] })
  const writable = new Set(grants.flatMap((grant) => [...grant.writable, ...(atomic ? [] : grant.set.keys())]))
  if (atomic) writable.delete('id')
  const entries = Object.entries(body).map(([key, value]) => parseKey(collection, key, value, atomic))
  const unknown = entries
    .filter(({ field }) => !writable.has(field))
    .map(({ key }) => unknownFault(collection, key, writable, path))
  if (unknown.length > 0) throw errors.invalidBody({ errors: unknown })
  const faults = [...entryFaults(collection, entries, path), ...repeatedFaults(entries, path)]
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  const many = new Map(
    entries.flatMap((each) => (each.many ? [[each.field, { field: each.field, kind: each.many }] as const] : [])),
  )
  return {
    assignments: entries.flatMap((each) => (each.assign ? [{ field: each.field, kind: each.assign }] : [])),
    many: [...many.values()],
    values: Object.fromEntries(
      entries.map(({ key, field, value }) => [key, toParameter(collection.fields.get(field), value)]),
    ),
  }
}

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

interface Entry {
  readonly key: string
  readonly field: string
  readonly value: unknown
  /** What the field's own description judges. */
  readonly sample: unknown
  readonly assign: Assignment['kind'] | null
  readonly many: ManyChange['kind'] | null
}

/** `title`, `views+`, `+tags`, `-tags`. */
function parseKey(collection: CollectionModel, key: string, value: unknown, atomic: boolean): Entry {
  const plain = { key, field: key, value, sample: value, assign: null, many: null }
  const field = collection.fields.get(key)
  if (field) return field.relation?.many ? { ...plain, many: 'set' } : { ...plain, assign: 'set' }
  const increased = collection.fields.get(key.slice(0, -1))
  if (atomic && key.endsWith('+') && isAdjustable(increased)) {
    // Only the sum has to keep to the field's range, which the column checks.
    return {
      ...plain,
      field: increased.name,
      sample: isAmount(increased, value) ? undefined : (value ?? 'null'),
      assign: 'increase',
    }
  }
  const linked = collection.fields.get(key.slice(1))
  if (atomic && /^[+-]/.test(key) && linked?.relation?.many) return { ...plain, field: linked.name, many: 'change' }
  return plain
}

/** Whether `{ "views+": 1 }` means something for the field. */
export const isAdjustable = (field: FieldModel | undefined): field is FieldModel =>
  field !== undefined &&
  field.column?.filledBy === undefined &&
  ['integer', 'decimal', 'float'].includes(field.valueType.kind)

function isAmount(field: FieldModel, value: unknown): boolean {
  if (field.valueType.kind === 'integer') return Number.isSafeInteger(value)
  if (field.valueType.kind === 'float') return typeof value === 'number' && Math.abs(value) <= 1e300
  return typeof value === 'string' && /^-?\d{1,500}(\.\d{1,500})?$/.test(value)
}

function unknownFault(collection: CollectionModel, key: string, writable: ReadonlySet<string>, path: string): Fault {
  const name = key.slice(0, 100)
  const message = `"${collection.name}" has no field "${name}" that you may write.${suggestion(name, [...writable])}`
  return { path: `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, code: 'unknownField', message }
}

/** `+tags` and `-tags` are about one field, so each is judged by itself, and named as it was written. */
function entryFaults(collection: CollectionModel, entries: readonly Entry[], path: string): readonly Fault[] {
  const changes = entries.filter(({ many }) => many === 'change')
  const values = entries.filter(({ many }) => many !== 'change')
  return [
    ...valueFaults(collection, Object.fromEntries(values.map(({ field, sample }) => [field, sample])), path),
    ...changes.flatMap(({ key, field, sample }) =>
      valueFaults(collection, { [field]: sample }, '').map((fault) => ({
        ...fault,
        path: `${path}/${key}${fault.path.slice(field.length + 1)}`,
      })),
    ),
  ]
}

/** `views` and `views+` in one body contradict each other. */
function repeatedFaults(entries: readonly Entry[], path: string): readonly Fault[] {
  return entries
    .filter((entry, i) =>
      entries.some(
        (other, j) => j < i && other.field === entry.field && !(entry.many === 'change' && other.many === 'change'),
      ),
    )
    .map(({ key, field }) => ({
      path: `${path}/${key}`,
      code: 'repeatedField',
      message: `"${field}" is written twice in one body.`,
    }))
}

/** A JSON value as the text, or the array of texts, that PostgreSQL reads. */
export function toParameter(field: FieldModel | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (Array.isArray(value) && (field?.relation?.many || field?.valueType.kind === 'list')) return value.map(String)
  return typeof value === 'string' && field?.column?.sqlType !== 'jsonb' ? value : JSON.stringify(value)
}
