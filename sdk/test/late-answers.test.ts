import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createClient } from '../src/index.ts'
import { type SlowRealtimeServer, startSlowRealtimeServer } from './support/slow-realtime-server.ts'

let server: SlowRealtimeServer
beforeEach(async () => {
  server = await startSlowRealtimeServer()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await server.stop()
})

const patienceMs = 20_000
/** Longer than any pause before the first new try. */
const pauseMs = 1_000

const names = () => server.asked.map(({ name }) => name)
/** Lets what is on its way arrive; the clock of the client stands still. */
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

async function subscribe(): Promise<{ readonly ids: string[]; readonly ready: Promise<void>; end(): void }> {
  const ids: string[] = []
  const subscription = createClient(server.url, { token: 'a' })
    .collection('posts')
    .subscribe({}, (event) => {
      if ('id' in event) ids.push(event.id)
    })
  await until(() => server.asked.length === 1)
  return { ids, ready: subscription.ready, end: () => subscription.unsubscribe() }
}

const told = (subscription: string, id: string) =>
  server.send('events', { subscription, cursor: id, events: [{ type: 'delete', id }] })

it('an answer that comes before it was asked again counts: nothing is begun twice', async () => {
  const { ids, ready, end } = await subscribe()
  await vi.advanceTimersByTimeAsync(patienceMs)
  server.asked[0]?.answer({ subscription: '1', cursor: 'a' })
  await ready
  await vi.advanceTimersByTimeAsync(pauseMs)
  told('1', 'one')
  await until(() => ids.length === 1)
  expect(names()).toEqual(['subscribe'])
  end()
})

it('an answer that comes after it was asked again is of no use: what has begun by it is ended', async () => {
  const { ids, ready, end } = await subscribe()
  await vi.advanceTimersByTimeAsync(patienceMs + pauseMs)
  await until(() => server.asked.length === 2)
  server.asked[0]?.answer({ subscription: '1', cursor: 'a' })
  await until(() => server.asked.length === 3)
  expect(server.asked[2]).toMatchObject({ name: 'unsubscribe', body: { subscription: '1' } })
  server.asked[1]?.answer({ subscription: '2', cursor: 'b' })
  await ready
  told('1', 'of the first')
  told('2', 'of the second')
  await until(() => ids.length > 0)
  expect(ids).toEqual(['of the second'])
  end()
})
