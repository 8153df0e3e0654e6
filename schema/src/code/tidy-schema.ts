import { documentSchema } from '../document/document-schema.ts'
import type { Channel, Collection, Field, SchemaDocument } from '../document/schema-document.ts'
import { fieldType } from '../fields/index.ts'
import { everyCommonOption } from '../fields/common-options.ts'
import { isRecord, memberOf } from './records.ts'
import type { SchemaInput } from './schema-input.ts'

/**
 * A schema as a tidy person writes it: the members of each part in one order, whatever order they came in, and without
 * what goes without saying. Collections, fields and roles keep their order: it is the order in which people see them.
 */
export function tidySchema({ roles, collections, channels, claims }: SchemaDocument): SchemaInput {
  const tidied = {
    roles: mapValues(roles, (role) => orderLike(memberSchema('roles'), role)),
    collections: mapValues(collections, tidyCollection),
    channels: mapValues(channels ?? {}, tidyChannel),
    claims: claims ?? {},
  }
  const said = Object.entries(tidied).filter(([name, part]) => name === 'collections' || !isEmpty(part))
  // Field types are names here, which the document's check has held against the register.
  return Object.fromEntries(said) as SchemaInput
}

const tidyChannel = (channel: Channel): object => orderLike(memberSchema('channels'), channel)

function tidyCollection({ kind, fields, indexes, permissions, ...rest }: Collection): object {
  return orderLike(memberSchema('collections'), {
    ...(kind === 'table' ? {} : { kind }),
    ...rest,
    fields: mapValues(fields, tidyField),
    ...(indexes === undefined || indexes.length === 0 ? {} : { indexes }),
    ...(permissions === undefined || isEmpty(permissions)
      ? {}
      : { permissions: mapValues(permissions, (each) => orderLike(permissionSchema(), each)) }),
  })
}

/** First the type, then what is its own, then what all types have. */
function tidyField(field: Field): object {
  const own = Object.keys(propertiesOf(fieldType(field.type)?.options))
  return inOrder(['type', ...own, ...everyCommonOption], field)
}

const memberSchema = (name: string): unknown => valuesOf(propertiesOf(documentSchema)[name])
const permissionSchema = (): unknown => valuesOf(propertiesOf(memberSchema('collections'))['permissions'])

const orderLike = (schema: unknown, value: object): Readonly<Record<string, unknown>> =>
  inOrder(Object.keys(propertiesOf(schema)), value)

function inOrder(order: readonly string[], value: object): Readonly<Record<string, unknown>> {
  const rank = new Map(order.map((name, i) => [name, i]))
  const rankOf = (name: string) => rank.get(name) ?? order.length
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => rankOf(a) - rankOf(b)))
}

const valuesOf = (schema: unknown): unknown => memberOf(schema, 'additionalProperties')

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  const properties = memberOf(schema, 'properties')
  return isRecord(properties) ? properties : {}
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0

const mapValues = <In, Out>(values: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
