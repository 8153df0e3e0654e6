import { afterAll, beforeAll, expect, test } from 'vitest'
import { from, type MailFixture, password, startMailFixture } from './mail-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture()
})
afterAll(() => world.stop())

const tries = 200
const rounds = 4
const tolerance = 0.1

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

async function timeOf(work: () => Promise<{ readonly status: number }>, status: number): Promise<number> {
  const started = performance.now()
  const answer = await work()
  const took = performance.now() - started
  expect(answer.status).toBe(status)
  return took
}

/** One round: both kinds of address in random order, so that whatever else happens meanwhile falls on both. */
async function measure(path: string, bodies: readonly object[], status: number): Promise<number> {
  const times: [number[], number[]] = [[], []]
  const order = Array.from({ length: tries * 2 }, (_, i) => ({ kind: i % 2, at: Math.random() }))
  for (const [i, { kind }] of order.toSorted((a, b) => a.at - b.at).entries()) {
    if (i % 2 === 0) await world.run('delete from plinth.tries')
    const where = from(`198.18.${i >> 8}.${i & 255}`)
    times[kind === 0 ? 0 : 1].push(await timeOf(() => world.post(path, bodies[kind], where), status))
  }
  return median(times[0]) / median(times[1])
}

// A difference that is there shows in every round; one that the machine makes does not.
test.each([
  ['/api/auth/sign-in', { password: 'a wrong password' }, 401],
  ['/api/auth/magic-link', {}, 202],
  ['/api/auth/code', {}, 202],
  ['/api/auth/reset', {}, 202],
  ['/api/auth/verify-email/request', {}, 202],
])(
  '%s takes as long for an address that is registered as for one that is not',
  async (path, more, status) => {
    const { email } = await world.user(`timed${path.replaceAll('/', '-')}`, { verified: false })
    const bodies = [
      { email, ...more },
      { email: `un${email}`, ...more },
    ]
    await world.post('/api/auth/sign-in', { email, password }, from('203.0.113.9'))
    const ratios: number[] = []
    do ratios.push(await measure(path, bodies, status))
    while (Math.abs((ratios.at(-1) ?? 0) - 1) > tolerance && ratios.length < rounds)
    const shown = `medians with an account / without: ${ratios.map((each) => each.toFixed(3)).join(', ')}`
    expect(Math.abs((ratios.at(-1) ?? 0) - 1), shown).toBeLessThanOrEqual(tolerance)
  },
  240_000,
)
