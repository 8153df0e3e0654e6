import type { CollectionModel, Model, PermissionModel } from '@plinth/schema'
import type { Finding } from './finding.ts'
import { mendCommand } from './mend-command.ts'

/** Permissions that are more open than somebody may have meant. */
export const checkPermissions = ({ collections }: Model): readonly Finding[] =>
  [...collections.values()].flatMap((collection) =>
    [...collection.permissions].flatMap(([role, permission]) => [
      ...checkWrites(collection, role, permission),
      ...checkSecrets(collection, role, permission),
    ]),
  )

const everybody: Readonly<Record<string, string>> = {
  anonymous: 'Anybody on the network',
  authenticated: 'Everybody who can sign in',
}

function checkWrites({ name, kind }: CollectionModel, role: string, permission: PermissionModel): readonly Finding[] {
  const who = everybody[role]
  if (who === undefined || kind === 'view') return []
  // To hand something in without an account is what contact forms do; still, somebody should know.
  const actions = role === 'anonymous' ? (['create', 'update', 'delete'] as const) : (['update', 'delete'] as const)
  return actions
    .filter((action) => permission[action] === true)
    .map((action) => ({
      level: action === 'create' ? 'advice' : 'warning',
      code: 'openPermission',
      message: `${who} may ${action} ${action === 'create' ? 'records' : 'every record'} of "${name}" (${role}.${action} is true).`,
      mend: mendCommand(`collections.${name}.permissions.${role}.${action}`, false),
    }))
}

const secretName =
  /(^|_)(password|passwort|secret|token|api_?key|private_?key|iban|ssn|credit_?card|card_number|cvc|pin)($|_)/

/** Fields that by their name are nobody's business, but are shown. */
function checkSecrets(
  { name, fields }: CollectionModel,
  role: string,
  permission: PermissionModel,
): readonly Finding[] {
  const who = everybody[role]
  if (who === undefined || permission.read !== true) return []
  const shown = [...fields.values()].filter(
    (field) =>
      field.declared.hidden !== true &&
      !permission.hide.has(field.name) &&
      !permission.readIf.has(field.name) &&
      (secretName.test(field.name) || (name === 'users' && field.name === 'email')),
  )
  if (shown.length === 0) return []
  const hide = [...permission.hide, ...shown.map((field) => field.name)]
  return [
    {
      level: 'warning',
      code: 'openField',
      message: `${who} may read ${shown.map((field) => `"${field.name}"`).join(' and ')} of every record of "${name}".`,
      mend: mendCommand(`collections.${name}.permissions.${role}.hide`, hide),
    },
  ]
}
