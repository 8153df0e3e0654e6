import type { Write } from './ledger.ts'

/** Where writes go, and with which API key. */
export interface Address {
  readonly url: string
  readonly key: string
}

export interface Acknowledged {
  readonly body: string
  /** Whether it is the first answer again, of a request that has its Idempotency-Key. */
  readonly replayed: boolean
}

const requestSeconds = 30

/**
 * Sends a write. Null when no answer comes, or only that the database is gone: then it may have happened or not.
 *
 * @throws for every other refusal, and where nothing comes for too long
 */
export async function send(address: Address, write: Write): Promise<Acknowledged | null> {
  const answer = await exchange(address, write)
  if (answer === null || answer.status === 503) return null
  if (answer.status < 300) return answer
  throw new Error(`${write.method} ${write.path} was answered with ${answer.status}: ${answer.body}`)
}

async function exchange({ url, key }: Address, write: Write): Promise<(Acknowledged & { status: number }) | null> {
  const signal = AbortSignal.timeout(requestSeconds * 1000)
  try {
    const answer = await fetch(url + write.path, {
      method: write.method,
      headers: {
        Authorization: `Bearer ${key}`,
        'X-Request-Id': write.requestId,
        ...(write.key !== undefined && { 'Idempotency-Key': write.key }),
        ...(write.body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(write.body !== undefined && { body: JSON.stringify(write.body) }),
      signal,
    })
    const replayed = answer.headers.get('idempotency-replayed') === 'true'
    return { status: answer.status, replayed, body: await answer.text() }
  } catch (cause) {
    if (signal.aborted) throw new Error(`${write.method} ${write.path} was not answered in time.`, { cause })
    return null
  }
}
