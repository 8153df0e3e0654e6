import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import { childPath } from './json-pointer.ts'
import { type CollectionOutline, entriesOf, type FieldOutline, objectOf, type Outline, textsOf } from './outline.ts'

/** Checks the roles and fields that a collection's permissions name. */
export const checkPermissions = (collection: CollectionOutline, outline: Outline): readonly Fault[] =>
  [...entriesOf(collection.declared.permissions)].flatMap(([role, permission]) => {
    const path = childPath(`${collection.path}/permissions`, role)
    const { hide, readIf, writeIf, set } = objectOf(permission)
    return [
      ...checkRole(role, path, outline),
      ...textsOf(hide).flatMap(([i, name]) => checkHidden(name, childPath(`${path}/hide`, i), collection)),
      ...[...entriesOf(readIf).keys()].flatMap((name) =>
        checkFieldName(name, childPath(`${path}/readIf`, name), collection, noFurther),
      ),
      ...[...entriesOf(writeIf).keys()].flatMap((name) =>
        checkFieldName(name, childPath(`${path}/writeIf`, name), collection, isWritten),
      ),
      ...[...entriesOf(set).keys()].flatMap((name) =>
        checkFieldName(name, childPath(`${path}/set`, name), collection, isSettable),
      ),
      ...(collection.kind === 'view' ? checkViewPermission(permission, path) : []),
    ]
  })

/** Checks the name of a role that is given permissions. */
export function checkRole(role: string, path: string, { roles }: Pick<Outline, 'roles'>): readonly Fault[] {
  if (role === 'admin')
    return [{ path, code: 'invalidRole', message: 'An admin may do everything, so "admin" takes no permissions.' }]
  const names = ['anonymous', 'authenticated', ...roles.keys()]
  if (names.includes(role)) return []
  return [{ path, code: 'unknownRole', message: `There is no role "${role.slice(0, 80)}".${suggestion(role, names)}` }]
}

function checkHidden(name: string, path: string, collection: CollectionOutline): readonly Fault[] {
  if (name === 'id')
    return [{ path, code: 'builtIn', message: 'The id cannot be hidden: every answer names its record.' }]
  return collection.fields.has(name) ? [] : [unknownField(name, path, collection)]
}

/** Says what stands against the use of a field, or nothing. */
type Further = (field: FieldOutline) => string | null

function checkFieldName(name: string, path: string, collection: CollectionOutline, further: Further): readonly Fault[] {
  const field = collection.fields.get(name)
  if (field === undefined) return [unknownField(name, path, collection)]
  if (['id', 'created', 'updated'].includes(name))
    return [{ path, code: 'builtIn', message: `"${name}" is built in, and no condition or preset can be put on it.` }]
  const message = further(field)
  return message === null ? [] : [{ path, code: 'notWritable', message }]
}

const noFurther: Further = () => null

const isWritten: Further = ({ name, sound }) =>
  sound?.column?.filledBy === undefined ? null : `Nobody writes "${name}": the database fills it.`

const isSettable: Further = (field) =>
  field.sound?.column === null ? `A preset cannot fill "${field.name}", a link to many records.` : isWritten(field)

const unknownField = (name: string, path: string, collection: CollectionOutline): Fault => ({
  path,
  code: 'unknownField',
  message: `"${collection.name}" has no field "${name.slice(0, 80)}".${suggestion(name, collection.fields.keys())}`,
})

const checkViewPermission = (permission: unknown, path: string): readonly Fault[] =>
  [...entriesOf(permission)]
    .filter(([action, value]) => ['create', 'update', 'delete', 'writeIf', 'set'].includes(action) && value !== false)
    .map(([action]) => ({
      path: childPath(path, action),
      code: 'notInView',
      message: `A view can only be read: leave "${action}" out.`,
    }))
