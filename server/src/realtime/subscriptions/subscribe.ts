import type { KeyObject } from 'node:crypto'
import { errors, jsonSchema } from '@plinth/schema'
import { type ChangeCursor, encodeCursor } from '../../changes/cursor.ts'
import { currentCursor, readChanges } from '../../changes/reader.ts'
import type { Session } from '../../database/database.ts'
import { operationOf, recordId, type RecordsDeps, withAccess } from '../../records/operation.ts'
import { listRecords } from '../../records/read-records.ts'
import type { Connection } from '../connection.ts'
import { JsonText } from '../json-text.ts'
import { type Message, message } from '../message.ts'
import type { Admission } from './admission.ts'
import { readCursor } from './cursor-text.ts'
import { planFor, prepare, type Prepared } from './plan-subscription.ts'
import { readUser } from './read-users.ts'
import type { SubscriptionPlan, Wish } from './subscription.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface SubscribeDeps {
  readonly records: RecordsDeps
  readonly subscriptions: Subscriptions
  readonly key: KeyObject
  readonly admission: Admission
}

const { object, optional, string, integer } = jsonSchema
const anyText = optional(string({ maxLength: 4_000 }))
const id = string({ maxLength: 64 })

const subscribeBody = object({
  collection: string({ maxLength: 100 }),
  filter: anyText,
  select: anyText,
  record: optional(id),
  cursor: optional(string({ maxLength: 20_000 })),
  list: optional(
    object({
      sort: anyText,
      limit: optional(integer({ minimum: 1, maximum: 1_000 })),
      after: anyText,
      count: optional(jsonSchema.oneOf(['exact', 'estimated'])),
    }),
  ),
})
type SubscribeBody = jsonSchema.Infer<typeof subscribeBody>

/** The messages by which clients begin and end subscriptions. */
export const subscriptionMessages = (deps: SubscribeDeps): readonly Message[] => [
  message({ name: 'subscribe', body: subscribeBody, handle: (connection, body) => subscribe(deps, connection, body) }),
  message({
    name: 'unsubscribe',
    body: object({ subscription: id }),
    handle: (connection, { subscription }) => {
      deps.subscriptions.end(connection, subscription)
      return {}
    },
  }),
]

async function subscribe(deps: SubscribeDeps, connection: Connection, body: SubscribeBody): Promise<object> {
  deps.subscriptions.reserve(connection)
  if (body.cursor !== undefined && body.list !== undefined)
    throw errors.badRequest({ reason: 'Give "cursor" to go on, or "list" to begin with, not both.' })
  const { actor } = connection
  const begun = await deps.admission.enter(() => begin(deps, connection, body), connection.closed)
  // Whatever was worked out is for who asked; meanwhile that may have become somebody else, or have gone.
  if (connection.actor !== actor || connection.closed.aborted) throw errors.conflict()
  deps.subscriptions.reserve(connection)
  // Subscriptions that had begun were told of the new schema: this one would go on by the former.
  if (begun.plan.audience.access.model !== deps.records.catalog.model) return subscribe(deps, connection, body)
  const { id: subscription } = deps.subscriptions.start(connection, begun.plan, begun.cursor)
  const cursor = `${encodeCursor(begun.cursor, deps.key)}.${begun.plan.fingerprint}`
  const answer = JSON.stringify({ subscription, cursor })
  return begun.list === null ? { subscription, cursor } : new JsonText(`${answer.slice(0, -1)},"list":${begun.list}}`)
}

interface Begun {
  readonly plan: SubscriptionPlan
  readonly cursor: ChangeCursor
  /** JSON text. */
  readonly list: string | null
}

const wishOf = ({ collection, filter, select, record }: SubscribeBody): Wish => ({
  collection,
  filter: filter ?? null,
  select: select ?? null,
  record: record === undefined ? null : recordId(collection, record),
})

function begin(deps: SubscribeDeps, connection: Connection, body: SubscribeBody): Promise<Begun> {
  const operation = operationOf(deps.records, connection.actor, 'realtime')
  const wish = wishOf(body)
  return withAccess(operation, async (access) => {
    const prepared = prepare(deps.records.plans, access, connection.actor, wish)
    if (body.list !== undefined) return beginWithList(deps, connection, prepared, body)
    if (body.cursor !== undefined) return resume(deps, connection, prepared, body.cursor)
    const cursor = await currentCursor(deps.records.database)
    return { plan: await planOf(deps.records.database, connection, prepared), cursor, list: null }
  })
}

async function planOf(session: Session, { actor }: Connection, prepared: Prepared): Promise<SubscriptionPlan> {
  if (actor.userId === null) return planFor(prepared, null)
  const user = await readUser(session, actor.userId, prepared.audience.judge?.needs.fields ?? new Set())
  if (user === null) throw errors.invalidToken()
  return planFor(prepared, user)
}

/** @throws Problem resyncRequired */
async function resume(deps: SubscribeDeps, connection: Connection, prepared: Prepared, text: string): Promise<Begun> {
  const plan = await planOf(deps.records.database, connection, prepared)
  const cursor = readCursor(text, plan.fingerprint, deps.key)
  // Only to learn at once whether the log still reaches back that far.
  const batch = await readChanges(deps.records.database, cursor, { collections: [], limit: 1 })
  if (batch === 'resync') throw errors.resyncRequired()
  return { plan, cursor, list: null }
}

/** The list, the user and the place in the log are those of one moment. */
async function beginWithList(
  deps: SubscribeDeps,
  connection: Connection,
  prepared: Prepared,
  { list = {} }: SubscribeBody,
): Promise<Begun> {
  const { wish } = prepared
  return deps.records.database.transaction(async (session) => {
    await session.run({ text: 'set transaction isolation level repeatable read, read only', values: [] })
    const cursor = await currentCursor(session)
    const plan = await planOf(session, connection, prepared)
    const operation = { ...operationOf(deps.records, connection.actor, 'realtime'), session }
    const only = wish.record === null ? null : `id = '${wish.record}'`
    const filter = [wish.filter, only]
      .filter((each) => each !== null)
      .map((each) => `(${each})`)
      .join(' && ')
    const parameters = new Map(
      Object.entries({
        select: wish.select,
        filter: filter === '' ? null : filter,
        sort: list.sort,
        count: list.count,
      }).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    )
    const options = { limit: list.limit ?? 20, page: null, after: list.after ?? null }
    return { plan, cursor, list: await listRecords(operation, wish.collection, parameters, options) }
  })
}
