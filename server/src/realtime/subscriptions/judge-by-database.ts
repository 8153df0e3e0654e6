import { placeValues } from '../../query/tables-as-of.ts'
import { compileMoves } from '../../query/viewed-records.ts'
import { makeRun, operationOf, runPlan } from '../../records/operation.ts'
import type { Actor } from '../../access/actor.ts'
import type { ChangeCursor } from '../../changes/cursor.ts'
import type { Addressed } from './address.ts'
import { affectedBy } from './affected.ts'
import type { Audience, Circle } from './audience.ts'
import type { DeliveryDeps } from './deliver.ts'
import type { Happening, Judged } from './judge-changes.ts'
import type { LoggedChange } from './logged-change.ts'
import type { EventType } from './record-judge.ts'

/** From where to where in the log a batch goes. */
export interface Span {
  readonly start: ChangeCursor
  readonly end: ChangeCursor
}

/**
 * Judges by the database what the record alone cannot tell: rules and filters that follow relations, and links. What a user
 * sees at the end of the batch is compared with what the same user saw at its beginning, both as the log has it. So there is
 * one event at most for each record, and who applies it has exactly what a list at the batch's cursor has.
 *
 * Where something has changed that the rule or the filter looks into, the records that lead there are compared as well. For
 * users about whom it asks, and where too many records lead there, all are.
 */
export async function judgeByDatabase(
  deps: DeliveryDeps,
  { audience, circles, changes, linked, touched }: Addressed,
  span: Span,
): Promise<readonly Judged[]> {
  const all = [...circles.values()]
  const actor = all.map(actorOf).find((each) => each !== undefined)
  if (actor === undefined) return []
  const own = Map.groupBy([...changes, ...linked], ({ id }) => id)
  const { records, users } = await affectedBy(deps, audience.access, actor, touched, span.end)
  const isWhole = ({ viewer: { user } }: Circle): boolean =>
    records === null || users === null || users.has(String(user?.['id']))
  const ids = new Set(own.keys())
  const [wholly, partly] = [all.filter(isWhole), all.filter((circle) => !isWhole(circle))]
  const asked = { deps, audience, actor, ids, span }
  const moves = await Promise.all([
    readMoves({ ...asked, circles: wholly, among: soughtAmong(wholly, null) }),
    readMoves({ ...asked, circles: partly, among: soughtAmong(partly, new Set([...ids, ...(records ?? [])])) }),
  ])
  const at = new Date()
  return moves.flat().map(([circle, each]) => ({
    circle,
    happenings: each.flatMap((move): readonly Happening[] => {
      const type = typeOf(move, own.get(move.id) ?? [], audience)
      return type === null ? [] : [{ type, id: move.id, at, record: null }]
    }),
  }))
}

interface Move {
  readonly id: string
  readonly was: boolean
  readonly is: boolean
}

/** What the move means, given what happened to the record itself. */
function typeOf({ was, is }: Move, own: readonly LoggedChange[], audience: Audience): EventType | null {
  const [records, links] = [own.filter(({ collection }) => collection === audience.collection.name), own]
  if (was && is)
    return links.length > records.length || records.some((change) => shows(change, audience)) ? 'update' : null
  if (was) return records.at(-1)?.op === 'delete' ? 'delete' : 'leave'
  return records[0]?.op === 'create' ? 'create' : 'enter'
}

/** Whether a change is one of fields that exist for these actors. */
const shows = ({ op, before, after }: LoggedChange, { access, collection }: Audience): boolean =>
  op !== 'update' ||
  [...(access.collection(collection.name)?.visible.keys() ?? [])].some(
    (field) => before?.members.get(field) !== after?.members.get(field),
  )

/** Those that somebody subscribes to: all of them, unless everybody subscribes to single records. */
function soughtAmong(circles: readonly Circle[], among: ReadonlySet<string> | null): ReadonlySet<string> | null {
  if (circles.some(({ whole }) => whole.size > 0)) return among
  const sought = circles.flatMap(({ single }) => [...single.keys()])
  return new Set(sought.filter((id) => among === null || among.has(id)))
}

interface Asked {
  readonly deps: DeliveryDeps
  readonly audience: Audience
  readonly actor: Actor
  readonly circles: readonly Circle[]
  /** Records that something has happened to themselves. */
  readonly ids: ReadonlySet<string>
  /** Records to compare; null for all of the collection. */
  readonly among: ReadonlySet<string> | null
  readonly span: Span
}

async function readMoves(asked: Asked): Promise<readonly (readonly [Circle, readonly Move[]])[]> {
  const { audience, actor, circles, ids, among, span } = asked
  if (circles.length === 0 || among?.size === 0) return []
  const { records, counts } = asked.deps
  const { access, collection, filter, key } = audience
  const whole = among === null
  const plan = records.plans.planned(access, ['moves', key, whole], () =>
    records.plans.plan(compileMoves(access, { collection: collection.name, filter, whole })),
  )
  const users = circles.map(({ viewer: { user } }) => user?.['id'] ?? null)
  const values = {
    users,
    ids: [...ids],
    among: [...(among ?? [])],
    start: placeValues(span.start),
    end: placeValues(span.end),
  }
  counts.statements += 1
  if (whole) counts.wholes += 1
  else counts.compared += among.size
  const operation = operationOf(records, actor, 'realtime')
  const rows = await runPlan(operation, access, plan, makeRun(operation, { values }))
  const moves = rows.flatMap(([, place, id, was, is]) => {
    const circle = circles[Number(place) - 1]
    return circle === undefined || !id ? [] : [{ circle, move: { id, was: was === 't', is: is === 't' } }]
  })
  const byCircle = Map.groupBy(moves, ({ circle }) => circle)
  return [...byCircle].map(([circle, each]) => [circle, each.map(({ move }) => move)] as const)
}

/** Roles are the same for all of an audience. */
const actorOf = ({ whole, single }: Circle): Actor | undefined =>
  ([...whole][0] ?? [...([...single.values()][0] ?? [])][0])?.connection.actor
