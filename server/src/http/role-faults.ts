import type { Fault, Model } from '@plinth/schema'

/** What is wrong with a list of roles that somebody is to get. */
export function roleFaults(roles: readonly string[], model: Model, path: string): readonly Fault[] {
  const known = new Set([...model.roles.keys(), 'anonymous', 'authenticated', 'admin'])
  const none = { path, code: 'tooShort', message: 'Name at least one role.' }
  return [
    ...(roles.length === 0 ? [none] : []),
    ...roles.flatMap((role, i) =>
      known.has(role)
        ? []
        : [{ path: `${path}/${i}`, code: 'unknownRole', message: `There is no role "${role.slice(0, 64)}".` }],
    ),
  ]
}
