import type { Access } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import type { ChangeCursor } from '../../changes/cursor.ts'
import { compileOrigins, endsOf, maxOrigins } from '../../query/compile-origins.ts'
import { placeValues } from '../../query/tables-as-of.ts'
import { makeRun, operationOf, runPlan } from '../../records/operation.ts'
import type { DeliveryDeps } from './deliver.ts'
import type { Touched } from './touched.ts'

/** For whom, and about which records, a rule's or a filter's answer may have become another. */
export interface Affected {
  /** Of these, for everybody; null for all. */
  readonly records: ReadonlySet<string> | null
  /** For these, about all records: the rule or the filter asks about the user who asks; null for all. */
  readonly users: ReadonlySet<string> | null
}

/** Follows ways back from what has changed to where they begin: at most one statement, for all users. */
export async function affectedBy(
  deps: DeliveryDeps,
  access: Access,
  actor: Actor,
  touched: readonly Touched[],
  end: ChangeCursor,
): Promise<Affected> {
  const begun = touched.filter(({ steps }) => steps.length === 0)
  const away = touched.filter(({ steps }) => steps.length > 0)
  const origins = away.length === 0 ? [] : await readOrigins(deps, access, actor, away, end)
  const from = (root: Touched['root']): ReadonlySet<string> | null => {
    const ends = begun.flatMap((each) => (each.root === root ? [...each.ends] : []))
    const found = origins.flatMap((each) => (each.root === root ? [each.id] : []))
    const ids = new Set([...ends, ...found].filter((id) => id !== null))
    return found.includes(null) || ids.size > maxOrigins ? null : ids
  }
  return { records: from('record'), users: from('user') }
}

interface Origin extends Pick<Touched, 'root'> {
  /** Null where there are too many. */
  readonly id: string | null
}

async function readOrigins(
  { records, counts }: DeliveryDeps,
  access: Access,
  actor: Actor,
  touched: readonly Touched[],
  end: ChangeCursor,
): Promise<readonly Origin[]> {
  const steps = touched.map((each) => each.steps)
  const plan = records.plans.planned(access, ['origins', steps], () =>
    records.plans.plan(compileOrigins(access.model, touched)),
  )
  const ends = touched.map((each, way) => [endsOf(way), [...each.ends]] as const)
  const operation = operationOf(records, actor, 'realtime')
  counts.statements += 1
  const run = makeRun(operation, { values: { ...Object.fromEntries(ends), end: placeValues(end) } })
  const rows = await runPlan(operation, access, plan, run)
  return rows.flatMap(([, way, id = null]) => {
    const from = way === null ? undefined : touched[Number(way)]
    return from === undefined ? [] : [{ root: from.root, id }]
  })
}
