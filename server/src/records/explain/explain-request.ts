import { errors, type Fault } from '@plinth/schema'

/** Whose point of view is explained. */
export type AskedActor = 'anonymous' | { readonly user: string } | { readonly roles: readonly string[] }

export interface ExplainRequest {
  readonly actor: AskedActor
  readonly collection: string
  readonly action: 'read' | 'create' | 'update' | 'delete'
  readonly id: string | null
  readonly body: unknown
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const actions = ['read', 'create', 'update', 'delete'] as const
const members = ['actor', 'collection', 'action', 'id', 'body']

/** @throws Problem invalidBody */
export function parseExplainRequest(input: unknown): ExplainRequest {
  if (!isObject(input)) throw invalid([fault('', 'Must be an object.')])
  const { collection, id = null, body } = input
  const actor = parseActor(input['actor'])
  const action = actions.find((each) => each === input['action'])
  const faults = [
    ...Object.keys(input)
      .filter((name) => !members.includes(name))
      .map((name) => fault(`/${name.slice(0, 100)}`, `Is not one of: ${members.join(', ')}.`)),
    ...(actor ? [] : [fault('/actor', 'Must be "anonymous", {"user": id} or {"roles": [name, …]}.')]),
    ...(action ? [] : [fault('/action', `Must be one of: ${actions.join(', ')}.`)]),
    ...(typeof collection === 'string' ? [] : [fault('/collection', 'Must be the name of a collection.')]),
    ...(id === null || (typeof id === 'string' && uuid.test(id)) ? [] : [fault('/id', 'Must be the id of a record.')]),
    ...((action === 'update' || action === 'delete') && id === null
      ? [fault('/id', `Say which record to ${action}.`)]
      : []),
    ...((action === 'create' || action === 'update') && body === undefined
      ? [fault('/body', `Say what to ${action}.`)]
      : []),
  ]
  if (faults.length > 0 || !actor || !action || typeof collection !== 'string') throw invalid(faults)
  return { actor, action, collection, id: typeof id === 'string' ? id.toLowerCase() : null, body }
}

function parseActor(input: unknown): AskedActor | null {
  if (input === 'anonymous') return input
  if (!isObject(input) || Object.keys(input).length !== 1) return null
  const { user, roles } = input
  if (typeof user === 'string' && uuid.test(user)) return { user: user.toLowerCase() }
  return Array.isArray(roles) && roles.every((role) => typeof role === 'string') ? { roles } : null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fault = (path: string, message: string): Fault => ({ path, code: 'invalid', message })
const invalid = (faults: readonly Fault[]) => errors.invalidBody({ errors: faults })
