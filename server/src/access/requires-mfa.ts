import type { Model } from '@plinth/schema'
import { expandRoles } from './expand-roles.ts'

const known = new WeakMap<Model, ReadonlySet<string>>()

/** Whether somebody with these roles has to have a second factor: because of one of them, or of one that it inherits. */
export function requiresMfa(model: Model, roles: readonly string[]): boolean {
  const demanding = known.get(model) ?? demandingRoles(model)
  known.set(model, demanding)
  return roles.some((role) => demanding.has(role))
}

/** Worked out once for each version of the schema, since it is asked for with every request. */
const demandingRoles = (model: Model): ReadonlySet<string> =>
  new Set(
    [...model.roles.keys()].filter((role) =>
      expandRoles(model, [role]).some((each) => model.roles.get(each)?.mfa === 'required'),
    ),
  )
