import type { Model } from '@plinth/schema'

/**
 * A role and all it inherits, nearest first. `authenticated` inherits `anonymous`: what anybody may do, a signed-in user
 * may do as well.
 */
export function expandRoles(model: Model, roles: readonly string[]): readonly string[] {
  const expanded = new Set(roles)
  for (const role of expanded) {
    for (const inherited of model.roles.get(role)?.inherits ?? []) expanded.add(inherited)
    if (role === 'authenticated') expanded.add('anonymous')
  }
  return [...expanded]
}
