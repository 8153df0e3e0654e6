import { systemFields, usersFields } from '../document/built-in.ts'
import { relationOf } from '../document/relation-of.ts'
import type { Collection, Field, SchemaDocument } from '../document/schema-document.ts'
import { fieldType } from '../fields/index.ts'
import type { CollectionModel, FieldModel, InverseModel } from './model.ts'

/** A collection whose fields are known and whose expressions are not checked yet. */
export type CollectionOutline = Omit<CollectionModel, 'permissions'>

/** All collections with their fields and inverses: what expressions are checked against. */
export function outlineCollections(document: SchemaDocument): ReadonlyMap<string, CollectionOutline> {
  const { users, ...others } = document.collections
  const declared = new Map([['users', withBuiltInFields(users, document)], ...Object.entries(others)])
  const fields = new Map([...declared].map(([name, collection]) => [name, fieldsOf(name, collection)]))
  const inverses = inversesOf(fields)
  return new Map(
    [...declared].map(([name, collection]): [string, CollectionOutline] => [
      name,
      {
        name,
        kind: collection.kind,
        declared: collection,
        fields: fields.get(name) ?? new Map(),
        inverses: inverses.get(name) ?? new Map(),
        indexes: collection.indexes ?? [],
        collation: collection.collation ?? null,
      },
    ]),
  )
}

const withBuiltInFields = (users: Collection | undefined, { roles }: SchemaDocument): Collection => ({
  kind: 'table',
  display: 'email',
  ...users,
  fields: { ...usersFields(Object.keys(roles)), ...users?.fields },
})

function fieldsOf(name: string, { kind, fields }: Collection): ReadonlyMap<string, FieldModel> {
  const { id, created, updated } = systemFields
  const builtIn = new Set(['id', 'created', 'updated', ...(name === 'users' ? Object.keys(usersFields([])) : [])])
  const all: readonly (readonly [string, Field])[] = [
    ['id', id],
    ...Object.entries(fields),
    ...(kind === 'table' ? [['created', created] as const, ['updated', updated] as const] : []),
  ]
  return new Map(all.map(([field, declared]) => [field, fieldModel(field, declared, builtIn.has(field))]))
}

/** A declared field as the model has it, before its expression is checked. */
export function fieldModel(name: string, declared: Field, builtIn: boolean): FieldModel {
  const type = fieldType(declared.type)
  if (type === undefined) throw new Error(`Unchecked document: field "${name}" has no known type`)
  return {
    name,
    declared,
    fieldType: type,
    valueType: type.valueType(declared),
    column: type.column(declared),
    required: declared.required === true,
    builtIn,
    relation: relationOf(declared, type),
    computed: null,
  }
}

type Inverses = Map<string, Map<string, InverseModel>>

function inversesOf(collections: ReadonlyMap<string, ReadonlyMap<string, FieldModel>>): Inverses {
  const inverses: Inverses = new Map()
  for (const [collection, fields] of collections)
    for (const { name: field, relation, declared } of fields.values()) {
      if (relation === null || relation.inverse === null) continue
      const { to, many, inverse: name } = relation
      const model = { name, collection, field, throughJoinTable: many, toOne: !many && declared.unique === true }
      inverses.set(to, (inverses.get(to) ?? new Map<string, InverseModel>()).set(name, model))
    }
  return inverses
}
