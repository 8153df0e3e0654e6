import type { Actor } from '../access/actor.ts'
import { compileClaims } from '../query/compile-claims.ts'
import { makeRun, operationOf, type RecordsDeps, runPlan, withAccess } from './operation.ts'

/** What the schema's claims say of a user, for their access token. */
export async function readClaims(deps: RecordsDeps, actor: Actor): Promise<Readonly<Record<string, unknown>>> {
  const operation = operationOf(deps, actor, 'claims')
  return withAccess(operation, async (access) => {
    if (access.model.claims.size === 0) return {}
    const plan = deps.plans.planned(access, ['claims'], () => deps.plans.plan(compileClaims(access.model)))
    const [row] = await runPlan(operation, access, plan, makeRun(operation))
    // The statement builds exactly this.
    return JSON.parse(row?.[1] ?? '{}') as Readonly<Record<string, unknown>>
  })
}
