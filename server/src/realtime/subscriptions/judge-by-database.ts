import { placeValues } from '../../query/tables-as-of.ts'
import { compileMoves } from '../../query/viewed-records.ts'
import { makeRun, operationOf, runPlan } from '../../records/operation.ts'
import type { ChangeCursor } from '../../changes/cursor.ts'
import type { Addressed } from './address.ts'
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
 */
export async function judgeByDatabase(
  deps: DeliveryDeps,
  { audience, circles, changes, linked, everywhere }: Addressed,
  span: Span,
): Promise<readonly Judged[]> {
  const own = Map.groupBy([...changes, ...linked], ({ id }) => id)
  const rows = await readMoves(deps, audience, [...circles.values()], [...own.keys()], everywhere, span)
  const at = new Date()
  return [...rows].map(([circle, moves]) => ({
    circle,
    happenings: moves.flatMap((move): readonly Happening[] => {
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

async function readMoves(
  { records, counts }: DeliveryDeps,
  { access, collection, filter, key }: Audience,
  circles: readonly Circle[],
  ids: readonly string[],
  everywhere: boolean,
  { start, end }: Span,
): Promise<ReadonlyMap<Circle, readonly Move[]>> {
  const actor = circles.map(actorOf).find((each) => each !== undefined)
  if (actor === undefined) return new Map()
  const plan = records.plans.planned(access, ['moves', key, everywhere], () =>
    records.plans.plan(compileMoves(access, { collection: collection.name, filter, everywhere })),
  )
  const users = circles.map(({ viewer: { user } }) => user?.['id'] ?? null)
  const values = { users, ids, start: placeValues(start), end: placeValues(end) }
  counts.statements += 1
  const rows = await runPlan(
    { ...operationOf(records, actor, 'realtime') },
    access,
    plan,
    makeRun(operationOf(records, actor, 'realtime'), { values }),
  )
  const moves = rows.flatMap(([, place, id, was, is]) => {
    const circle = circles[Number(place) - 1]
    return circle === undefined || !id ? [] : [{ circle, move: { id, was: was === 't', is: is === 't' } }]
  })
  return new Map(
    [...Map.groupBy(moves, ({ circle }) => circle)].map(([circle, each]) => [circle, each.map(({ move }) => move)]),
  )
}

/** Roles are the same for all of an audience. */
const actorOf = ({ whole, single }: Circle) =>
  ([...whole][0] ?? [...([...single.values()][0] ?? [])][0])?.connection.actor
