import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import { childPath } from './json-pointer.ts'
import { nameProblem } from './names.ts'
import { objectOf, type Outline, textsOf } from './outline.ts'

/** Checks the names of roles and what they inherit. */
export function checkRoles({ roles }: Outline): readonly Fault[] {
  return [...roles].flatMap(([name, role]) => {
    const path = childPath('/roles', name)
    const problem = nameProblem(name, 'role')
    const inherited = textsOf(objectOf(role).inherits)
    return [
      ...(problem === null ? [] : [{ path, code: 'invalidName', message: problem }]),
      ...inherited.flatMap(([i, other]) => checkInherited(other, childPath(`${path}/inherits`, i), roles)),
      ...checkCycle(name, `${path}/inherits`, roles),
    ]
  })
}

function checkInherited(name: string, path: string, roles: Outline['roles']): readonly Fault[] {
  if (name === 'admin')
    return [{ path, code: 'invalidRole', message: 'No role inherits "admin": give users the role admin itself.' }]
  const names = ['anonymous', 'authenticated', ...roles.keys()]
  if (names.includes(name)) return []
  return [{ path, code: 'unknownRole', message: `There is no role "${name.slice(0, 80)}".${suggestion(name, names)}` }]
}

function checkCycle(name: string, path: string, roles: Outline['roles']): readonly Fault[] {
  const reached = new Set(inheritedBy(name, roles))
  for (const role of reached) for (const next of inheritedBy(role, roles)) reached.add(next)
  return reached.has(name)
    ? [{ path, code: 'cycle', message: `"${name}" inherits itself, directly or through others.` }]
    : []
}

const inheritedBy = (name: string, roles: Outline['roles']): readonly string[] =>
  textsOf(objectOf(roles.get(name)).inherits).map(([, role]) => role)
