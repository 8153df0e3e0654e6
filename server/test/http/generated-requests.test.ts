import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './hostile-world.ts'
import { keepLog } from './kept-log.ts'
import { randomRequest } from './random-requests.ts'
import { faultsOf, keepAlive, send, shown } from './send-request.ts'

const runs = 5_000
const atOnce = 4

const statuses = new Map<number, number>()
const kept = await keepLog()
const agent = keepAlive(atOnce)
let world: World

beforeAll(async () => {
  world = await openWorld(kept.log)
  await kept.skip()
})
afterAll(async () => {
  agent.destroy()
  await world?.stop()
  // oxlint-disable-next-line no-console -- the figures are what this test is read for
  console.table(Object.fromEntries([...statuses].toSorted(([a], [b]) => a - b)))
})

describe('whatever is asked', () => {
  test('is answered well', async () => {
    const together = fc.array(randomRequest, { minLength: 1, maxLength: atOnce })
    await fc.assert(
      fc.asyncProperty(together, async (requests) => {
        const answers = await Promise.all(requests.map((request) => send(world, agent, request)))
        for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
        const faults = answers.flatMap((answer, i) => {
          const request = requests[i]
          return request === undefined
            ? []
            : faultsOf(request, answer).map((fault) => `${fault}: ${shown(request)} -> ${answer.text.slice(0, 500)}`)
        })
        expect(faults).toEqual([])
      }),
      { numRuns: runs, ...(process.env['FC_SEED'] && { seed: Number(process.env['FC_SEED']) }) },
    )
  }, 240_000)

  test('at least 5,000 requests were sent, and enough of them did something', () => {
    const total = [...statuses.values()].reduce((sum, count) => sum + count, 0)
    expect(total).toBeGreaterThan(5_000)
    expect(((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0)) / total).toBeGreaterThan(0.1)
  })

  test('the server still answers', async () => {
    expect((await world.call('GET', '/health/ready')).status).toBe(200)
    expect((await world.as('user', 'GET', '/api/records/posts?limit=1')).status).toBe(200)
    expect((await world.as('admin', 'GET', '/api/schema')).body.version).toBe(2)
  })

  test('nothing went wrong behind the answers', async () => {
    expect(await kept.news()).toBe('')
  })
})
