import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './hostile-world.ts'
import { keepLog } from './kept-log.ts'
import { type RandomRequest, randomRequest } from './random-requests.ts'
import { type RandomPlan, randomPlan } from './random-schemas.ts'
import { faultsOf, keepAlive, type Received, send, shown } from './send-request.ts'

const runs = 600
const atOnce = 4

const outcomes = new Map<string, number>()
const kept = await keepLog()
const agent = keepAlive(atOnce + 1)
let world: World

beforeAll(async () => {
  world = await openWorld(kept.log)
  await kept.skip()
})
afterAll(async () => {
  agent.destroy()
  await world?.stop()
  // oxlint-disable-next-line no-console -- the figures are what this test is read for
  console.table(Object.fromEntries(outcomes))
})

const asAdmin = (method: string, path: string, body?: unknown): RandomRequest => ({
  caller: 'admin',
  method,
  path,
  query: [],
  headers: {},
  body: body === undefined ? undefined : JSON.stringify(body),
})

interface Exchange {
  readonly request: RandomRequest
  readonly answer: Received
}

async function exchange(request: RandomRequest): Promise<Exchange> {
  const answer = await send(world, agent, request)
  const what = request.path.startsWith('/api/schema')
    ? `${request.method} ${request.path} ${answer.status}`
    : `meanwhile ${answer.status}`
  outcomes.set(what, (outcomes.get(what) ?? 0) + 1)
  return { request, answer }
}

/** Plans, and applies what was planned. */
async function change({ schema, renames, ahead, accept }: RandomPlan): Promise<readonly Exchange[]> {
  const current = await exchange(asAdmin('GET', '/api/schema'))
  const base = JSON.parse(current.answer.text).version + ahead
  const planned = await exchange(asAdmin('POST', '/api/schema/plan', { schema, base, renames }))
  const steps: readonly { id: string }[] = planned.answer.status === 200 ? JSON.parse(planned.answer.text).steps : []
  const accepted = accept === 'all' ? steps.map((step) => step.id) : accept === 'none' ? [] : accept
  return [
    current,
    planned,
    await exchange(asAdmin('POST', '/api/schema/apply', { schema, base, renames, accept: accepted })),
  ]
}

test('whatever schema is asked for, and whatever else is asked meanwhile, is answered well', async () => {
  const meanwhile = fc.array(randomRequest, { maxLength: 3 * atOnce })
  await fc.assert(
    fc.asyncProperty(randomPlan, meanwhile, async (plan, requests) => {
      const exchanges = await Promise.all([change(plan), ...requests.map(exchange)])
      const faults = exchanges
        .flat()
        .flatMap(({ request, answer }) =>
          faultsOf(request, answer).map((fault) => `${fault}: ${shown(request)} -> ${answer.text.slice(0, 500)}`),
        )
      expect(faults).toEqual([])
    }),
    { numRuns: runs, ...(process.env['FC_SEED'] && { seed: Number(process.env['FC_SEED']) }) },
  )
}, 240_000)

test('many schemas were applied', () => {
  expect(outcomes.get('POST /api/schema/apply 200')).toBeGreaterThan(runs / 10)
})

test('the server still answers, and nothing went wrong behind the answers', async () => {
  expect((await world.call('GET', '/health/ready')).status).toBe(200)
  expect(await kept.news()).toBe('')
})
