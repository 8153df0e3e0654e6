import type { FieldModel } from '@plinth/schema'
import type { Access, CollectionAccess, Grant } from '../../access/access.ts'
import { isReadable, visibleNames } from '../../query/caller-scope.ts'
import { isAdjustable, mustBeGiven } from '../../records/parse-record.ts'
import { type Json, schemaRef } from './document.ts'
import { fieldSchema } from './field-schema.ts'
import { collectionNames } from './operation-names.ts'

/** The schemas of a collection, as this caller reads and writes it; only those there is a use for. */
export function recordSchemas(access: Access, permitted: CollectionAccess): Json {
  const { schema } = collectionNames(permitted.collection.name)
  const { create, update, replace } = writeGrants(permitted)
  return {
    ...(permitted.read !== false && {
      [schema]: readSchema(access, permitted),
      [`${schema}List`]: listSchema(schema),
    }),
    ...(create.length > 0 && { [`${schema}Create`]: newSchema(permitted, create) }),
    ...(update.length > 0 && { [`${schema}Update`]: changeSchema(permitted, update) }),
    ...(replace.length > 0 && { [`${schema}Replace`]: newSchema(permitted, replace) }),
  }
}

export interface WriteGrants {
  readonly create: readonly Grant[]
  readonly update: readonly Grant[]
  readonly delete: readonly Grant[]
  /** Replacing creates what is not there, and updates what is. */
  readonly replace: readonly Grant[]
}

/** What is changed or deleted must be visible first, so who may read nothing can only create. */
export function writeGrants(permitted: CollectionAccess): WriteGrants {
  const create = permitted.grants('create')
  if (permitted.read === false) return { create, update: [], delete: [], replace: create }
  const update = permitted.grants('update')
  return { create, update, delete: permitted.grants('delete'), replace: [...create, ...update] }
}

/** A record without `select`. A field that the caller sees on some records only is not required: it is absent on the others. */
function readSchema(access: Access, permitted: CollectionAccess): Json {
  const { collection, visible } = permitted
  const own = [...visible].flatMap(([name, shown]) => {
    const field = collection.fields.get(name)
    if (!field) return []
    const conditional = shown === true ? [] : ['Only on records on which you may see it.']
    const notes = [...relationNotes(access, field), ...conditional]
    const filled = field.column?.filledBy !== undefined || ['created', 'updated'].includes(name)
    return [[name, { ...fieldSchema(field, notes), ...(filled && { readOnly: true }) }] as const]
  })
  const always = [...visible].filter(([, shown]) => shown === true).map(([name]) => name)
  return {
    type: 'object',
    ...(collection.declared.label !== undefined && { title: collection.declared.label }),
    ...(collection.declared.description !== undefined && { description: collection.declared.description }),
    properties: Object.fromEntries([...own, ...inverseProperties(access, permitted), ...revProperty(permitted)]),
    ...(always.length > 0 && { required: always }),
  }
}

function relationNotes(access: Access, { name, relation }: FieldModel): readonly string[] {
  if (relation === null) return []
  const what = relation.many ? `The ids of records of "${relation.to}".` : `The id of a record of "${relation.to}".`
  const instead = relation.many ? 'the records themselves' : 'the record itself'
  return isReadable(access, relation.to) ? [`${what} \`select=${name}(…)\` shows ${instead} instead.`] : [what]
}

/** What other collections' relations lead here. */
function inverseProperties(access: Access, { collection }: CollectionAccess): readonly (readonly [string, Json])[] {
  const names = new Set(visibleNames(access, collection.name))
  return [...collection.inverses.values()]
    .filter(({ name }) => names.has(name) && !collection.fields.has(name))
    .map(({ name, collection: other, toOne }) => {
      const item = { type: 'object', description: `What \`select\` names of a record of "${other}".` }
      const description = `Only with \`select=${name}(…)\`: ${toOne ? 'the record' : 'the records'} of "${other}" that ${toOne ? 'leads' : 'lead'} here.`
      return [
        name,
        toOne ? { ...item, type: ['object', 'null'], description } : { type: 'array', items: item, description },
      ]
    })
}

const revProperty = ({ collection }: CollectionAccess): readonly (readonly [string, Json])[] =>
  collection.kind === 'table'
    ? [['rev', { type: 'string', description: "Only with `select=rev`: the record's revision.", examples: ['7301'] }]]
    : []

const listSchema = (schema: string): Json => ({
  type: 'object',
  required: ['items', 'next'],
  properties: {
    items: { type: 'array', items: schemaRef(schema) },
    next: { type: ['string', 'null'], description: 'Send it as `after` for the next page; null on the last.' },
    count: { type: 'integer', minimum: 0, description: 'How many match in all; only when asked for.' },
    countIsAtLeast: { type: 'boolean', description: 'True where an estimate stopped counting: there may be more.' },
  },
})

/** A record to create, or to put in the place of another. */
function newSchema(permitted: CollectionAccess, grants: readonly Grant[]): Json {
  const { collection } = permitted
  const writable = new Set(grants.flatMap((grant) => [...grant.writable, ...grant.set.keys()]))
  const preset = new Set(grants.flatMap((grant) => [...grant.set.keys()]))
  const fields = [...collection.fields.values()].filter((field) => writable.has(field.name))
  const required = fields.filter((field) => mustBeGiven(field) && !preset.has(field.name)).map((field) => field.name)
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      fields.map((field) => [field.name, fieldSchema(field, writeNotes(grants, field, true))]),
    ),
    ...(required.length > 0 && { required }),
  }
}

/** Changes to a record: values, and changes that do not depend on what is there. */
function changeSchema({ collection }: CollectionAccess, grants: readonly Grant[]): Json {
  const writable = new Set(grants.flatMap((grant) => [...grant.writable]))
  const fields = [...collection.fields.values()].filter((field) => field.name !== 'id' && writable.has(field.name))
  const values = fields.map((field) => {
    const { default: _unused, ...schema } = fieldSchema(field, writeNotes(grants, field))
    return [field.name, schema] as const
  })
  return {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: Object.fromEntries([...values, ...fields.flatMap(atomicProperties)]),
  }
}

function writeNotes(grants: readonly Grant[], { name, relation }: FieldModel, isNew = false): readonly string[] {
  const isPreset = isNew && grants.every((grant) => grant.set.has(name))
  const isConditional = grants.every(
    ({ readIf, writeIf, writable }) => writeIf.has(name) || readIf.has(name) || !writable.has(name),
  )
  const target =
    relation && (relation.many ? `Ids of records of "${relation.to}".` : `The id of a record of "${relation.to}".`)
  return [
    ...(target ? [target] : []),
    ...(name === 'id' ? ['Your own UUID, if you like; else one is made.'] : []),
    ...(isPreset ? ['Filled in for you; another value is refused.'] : []),
    ...(isConditional ? ['You may give it only where a rule allows that.'] : []),
  ]
}

/** `views+`, `+tags`, `-tags` */
function atomicProperties(field: FieldModel): readonly (readonly [string, Json])[] {
  const { name, relation, fieldType, declared } = field
  if (relation?.many === true) {
    const ids = fieldType.value(declared)['items']
    const list = (description: string) => ({ type: 'array', items: ids, uniqueItems: true, description })
    return [
      [`+${name}`, list(`Adds these to "${name}", whatever else is there.`)],
      [`-${name}`, list(`Takes these out of "${name}".`)],
    ]
  }
  if (!isAdjustable(field)) return []
  const description = `Adds this to "${name}" (or takes away, if negative), whatever its value is by now.`
  return [[`${name}+`, { ...amounts[field.valueType.kind], description }]]
}

const amounts: Readonly<Record<string, Json>> = {
  integer: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER, examples: [1] },
  decimal: { type: 'string', pattern: '^-?[0-9]{1,500}([.][0-9]{1,500})?$', examples: ['-1.50'] },
  float: { type: 'number', minimum: -1e300, maximum: 1e300, examples: [0.5] },
}
