import { createClient } from '@plinth/sdk'
import { inTurns } from './in-turns.ts'

/** A client of the SDK, and the numbers of the writes that it has heard of. */
export interface ReturningClient {
  readonly heard: number[]
  /** Times that it had to read everything anew, and what else went wrong. */
  readonly faults: string[]
  end(): void
}

const atATime = 100

/** One client for each of the tokens, each with a subscription; resolves when all have begun. */
export const startClients = (url: string, tokens: readonly string[]): Promise<readonly ReturningClient[]> =>
  inTurns(tokens, atATime, (token) => startClient(url, token))

async function startClient(url: string, token: string): Promise<ReturningClient> {
  const heard: number[] = []
  const faults: string[] = []
  const subscription = createClient(url, { token })
    .collection('ticks')
    .subscribe({ onError: (error) => faults.push(String(error)) }, (event) => {
      if (event.type === 'create') heard.push(Number(event.record['n']))
      else faults.push(event.type)
    })
  await subscription.ready
  return { heard, faults, end: () => subscription.unsubscribe() }
}
