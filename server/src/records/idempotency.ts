import { hash } from 'node:crypto'
import { errors, Problem } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { Session } from '../database/database.ts'
import type { Answer } from './answer.ts'
import { type Operation, withCurrentModel } from './operation.ts'

/** A write that may be sent again: its key, and what makes two requests the same. */
export interface IdempotentRequest {
  readonly key: string
  readonly method: string
  readonly target: string
  /** The body, or what stands for it, once all of it has come. */
  readonly body: string | (() => Promise<string>)
  /** What stands for the network that it comes from. */
  readonly network: string
}

const keptHours = 24

/**
 * Does the work once for a key: a retry within 24 hours gets the first answer again, also while the first try still runs
 * (the primary key makes it wait for that transaction) and after its connection broke (answer and write commit together).
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 *
 * @throws Problem idempotencyKeyReused where the key came with another request; idempotencyInProgress where the first try
 * takes longer than a statement may, idempotencyKeyElsewhere where a guest on another network has used it
 */
export async function onceForKey(
  operation: Operation,
  request: IdempotentRequest,
  work: (operation: Operation) => Promise<Answer>,
  describe: (problem: Problem) => Answer,
): Promise<Answer> {
  const { deps, actor } = operation
  const answer = await deps.keyTurns.hold(`${ownerOf(actor)} ${request.key}`, () =>
    answerOnce(operation, request, work, describe),
  )
  deps.wake()
  return answer
}

const ownerOf = ({ kind, id }: Actor): string => `${kind}:${id ?? ''}`

function answerOnce(
  operation: Operation,
  request: IdempotentRequest,
  work: (operation: Operation) => Promise<Answer>,
  describe: (problem: Problem) => Answer,
): Promise<Answer> {
  const refusals = new Set<unknown>()
  const attempt = (session: Session): Promise<Answer> =>
    work({ ...operation, session }).catch((error: unknown) => {
      refusals.add(error)
      throw error
    })
  return withCurrentModel(operation, () => once(operation, request, attempt)).catch((error: unknown) => {
    // A refusal is an answer as well, and is kept; what it had begun is undone by then, so it takes a transaction of its
    // own, in which a retry may have been quicker. Faults of ours are not kept: a retry may succeed.
    if (!(error instanceof Problem) || error.status >= 500 || !refusals.has(error)) throw error
    return once(operation, request, async () => describe(error))
  })
}

/** Claims the key, and keeps its answer in the same transaction: both are there or none. */
async function once(
  { deps, actor }: Operation,
  { key, method, target, body, network }: IdempotentRequest,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const fingerprint = async (): Promise<string> =>
    hash('sha256', `${method}\n${target}\n${typeof body === 'string' ? body : await body()}`, 'base64url')
  const claimed = { owner: ownerOf(actor), key, place: actor.kind === 'anonymous' ? network : '' }
  return deps.database.transaction(async (session) => {
    const first = await claim(session, claimed, fingerprint)
    if (first) return first
    const answered = await work(session)
    await keep(session, claimed, await fingerprint(), answered)
    return answered
  })
}

interface ClaimedKey {
  readonly owner: string
  readonly key: string
  /**
   * Guests are one actor, and a stranger may guess their keys: what they were answered is shown where they asked alone. It
   * is no part of the key, since a guest who sends a write again from another network must not do it twice.
   */
  readonly place: string
}

/** The first answer, if there is one; else the key is ours until the transaction ends. */
async function claim(
  session: Session,
  { owner, key, place }: ClaimedKey,
  fingerprint: () => Promise<string>,
): Promise<Answer | null> {
  await session.run({
    text: `delete from plinth.idempotency_keys where actor = $1 and key = $2 and created < now() - interval '${keptHours} hours'`,
    values: [owner, key],
  })
  const inserted = await session
    .run({
      // What was asked is known when all of the body has come: nobody sees this row before.
      text: "insert into plinth.idempotency_keys (actor, key, place, fingerprint) values ($1, $2, $3, '') on conflict do nothing returning 1",
      values: [owner, key, place],
    })
    .catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'timeout' ? errors.idempotencyInProgress() : error
    })
  if (inserted.length > 0) return null
  const [row] = await session.run({
    text: 'select fingerprint, status, headers, body, place from plinth.idempotency_keys where actor = $1 and key = $2',
    values: [owner, key],
  })
  if (row?.[4] !== place) throw errors.idempotencyKeyElsewhere()
  if (row[0] !== (await fingerprint())) throw errors.idempotencyKeyReused()
  const headers: Answer['headers'] = JSON.parse(row[2] ?? '{}')
  return { status: Number(row[1]), headers: { ...headers, 'Idempotency-Replayed': 'true' }, body: row[3] ?? null }
}

async function keep(
  session: Session,
  { owner, key }: ClaimedKey,
  fingerprint: string,
  { status, headers, body }: Answer,
): Promise<void> {
  await session.run({
    text: 'update plinth.idempotency_keys set fingerprint = $3, status = $4, headers = $5, body = $6 where actor = $1 and key = $2',
    values: [owner, key, fingerprint, status, JSON.stringify(headers), body],
  })
}

const hourly = 3_600_000

/** Forgets, once an hour, answers that no retry may ask for any more. */
export function forgetOldKeys(session: Session, onError: (error: unknown) => void): { stop(): void } {
  const text = `delete from plinth.idempotency_keys where created < now() - interval '${keptHours} hours'`
  const timer = setInterval(() => void session.run({ text, values: [] }).catch(onError), hourly)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
