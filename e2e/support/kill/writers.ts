import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger, Post, Write } from './ledger.ts'

export interface Target {
  readonly url: string
  readonly key: string
}

/** Records that all writers meet at: ids by mark. */
export interface Shared {
  readonly tags: ReadonlyMap<string, string>
  /** Posts whose views everybody counts up. */
  readonly hot: ReadonlyMap<string, string>
}

export interface Writers {
  /** How many of their writes were acknowledged. */
  acknowledged(): number
  /** Lets each finish what it does. */
  stop(): Promise<void>
}

const requestSeconds = 30

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Sends a write. Null when no answer came, or one that says that the database is gone: then it may have happened or not. */
export async function send({ url, key }: Target, write: Write): Promise<Answered | null> {
  const timeout = AbortSignal.timeout(requestSeconds * 1000)
  const answered = await fetch(url + write.path, {
    method: write.method,
    headers: {
      Authorization: `Bearer ${key}`,
      'X-Request-Id': write.requestId,
      ...(write.key !== undefined && { 'Idempotency-Key': write.key }),
      ...(write.body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(write.body !== undefined && { body: JSON.stringify(write.body) }),
    signal: timeout,
  })
    .then(async ({ status, headers, ...answer }) => ({ status, headers, body: await Response.prototype.text.call(answer) }))
    .catch((error: unknown) => {
      if (timeout.aborted) throw new Error(`${write.method} ${write.path} was not answered in time.`, { cause: error })
      return null
    })
  if (answered === null || answered.status === 503) return null
  if (answered.status < 300) return answered
  throw new Error(`${write.method} ${write.path} was answered with ${answered.status}: ${answered.body}`)
}
