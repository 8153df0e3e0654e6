import { childPath } from '../document/json-pointer.ts'
import type { SchemaDocument } from '../document/schema-document.ts'
import { errors } from '../errors/errors.ts'
import type { Fault } from '../errors/problem.ts'
import { channelModel } from './channel-model.ts'
import { type Check, checkInto } from './check-expressions.ts'
import { computedFields } from './computed-fields.ts'
import type { ChannelModel, CollectionModel, Model, PermissionModel } from './model.ts'
import { type CollectionOutline, outlineCollections } from './outline-collections.ts'
import { modelScope } from './model-scope.ts'
import { checkedExpressions, permissionModel } from './permission-model.ts'

/**
 * Makes a checked document (see `checkDocument`) ready for use. Throws `invalidSchema` with every fault when rules,
 * presets or calculated fields do not check.
 *
 * @example
 * const { collections } = buildModel({ version: 1, roles: {}, collections: {} })
 * collections.get('users')?.fields.keys() // id, email, roles, created, updated
 */
export function buildModel(document: SchemaDocument): Model {
  const faults: Fault[] = []
  const check = checkInto(faults)
  const outlines = outlineCollections(document)
  const collections = [...outlines].map(([name, outline]): [string, CollectionModel] => [
    name,
    {
      ...outline,
      fields: computedFields(outline, check, faults),
      permissions: permissionsOf(outline, outlines, check),
    },
  ])
  const channels = Object.entries(document.channels ?? {}).map(([pattern, declared]): [string, ChannelModel] => [
    pattern,
    channelModel(pattern, declared, outlines, check),
  ])
  const claims = claimsOf(document, outlines, check)
  if (faults.length > 0) throw errors.invalidSchema({ errors: faults })
  return {
    version: document.version,
    document,
    roles: new Map(Object.entries(document.roles)),
    collections: new Map(collections),
    channels: new Map(channels),
    claims,
  }
}

/** There is no record: only who signs in. */
function claimsOf(
  { claims = {} }: SchemaDocument,
  collections: ReadonlyMap<string, CollectionOutline>,
  check: Check,
): Model['claims'] {
  const scope = modelScope(collections, { record: null, user: true })
  return checkedExpressions(claims, '/claims', (at, text) => check(at, text, scope, 'value'))
}

function permissionsOf(
  collection: CollectionOutline,
  collections: ReadonlyMap<string, CollectionOutline>,
  check: Check,
): ReadonlyMap<string, PermissionModel> {
  const path = `${childPath('/collections', collection.name)}/permissions`
  return new Map(
    Object.entries(collection.declared.permissions ?? {}).map(([role, permission]) => [
      role,
      permissionModel(permission, childPath(path, role), collection, collections, check),
    ]),
  )
}
