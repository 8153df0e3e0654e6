import { afterAll, beforeAll, expect, test } from 'vitest'
import { from, type MailFixture, password, startMailFixture } from './mail-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture({ PLINTH_REGISTRATION: 'open' })
})
afterAll(() => world.stop())

const tries = 200
const rounds = 6
const tolerance = 0.1
/** Of wall time, where only the processor time tells: on a machine that does much else at the same time. */
const noisyTolerance = 0.3

/** What requests for one kind of address have taken, in milliseconds. */
interface Times {
  readonly wall: number[]
  readonly processor: number[]
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

async function time({ wall, processor }: Times, work: () => Promise<{ readonly status: number }>, status: number) {
  const started = performance.now()
  const before = process.cpuUsage()
  const answer = await work()
  const { user, system } = process.cpuUsage(before)
  wall.push(performance.now() - started)
  processor.push((user + system) / 1000)
  expect(answer.status).toBe(status)
}

interface Asked {
  readonly path: string
  readonly bodies: readonly [object, object]
  readonly status: number
}

/** Pairs, one of each kind of address, in random order: whatever else happens meanwhile falls on both. */
async function measure(pairs: number, asked: Asked, times: readonly [Times, Times]): Promise<void> {
  const { path, bodies, status } = asked
  for (let i = 0; i < pairs; i++) {
    await world.run('delete from plinth.tries')
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)
    for (const kind of order) {
      const where = from(`198.18.${i}.${kind + 1}`)
      await time(times[kind], () => world.post(path, bodies[kind], where), status)
    }
  }
}

// More tries only where the first do not tell: a difference that is there stays, one that the machine makes does not.
test.each([
  ['/api/auth/sign-in', { password: 'a wrong password' }, 401],
  ['/api/auth/sign-up', { password: 'quite a good password' }, 202],
  ['/api/auth/magic-link', {}, 202],
  ['/api/auth/code', {}, 202],
  ['/api/auth/reset', {}, 202],
  ['/api/auth/verify-email/request', {}, 202],
])(
  '%s takes as long for an address that is registered as for one that is not',
  async (path, more, status) => {
    const { email } = await world.user(`timed${path.replaceAll('/', '-')}`, { verified: false })
    const asked: Asked = {
      path,
      bodies: [
        { email, ...more },
        { email: `un${email}`, ...more },
      ],
      status,
    }
    await world.post('/api/auth/sign-in', { email, password }, from('203.0.113.9'))
    // The first requests make plans and statements.
    await measure(20, asked, [fresh(), fresh()])
    const times = [fresh(), fresh()] as const
    const off = (kind: keyof Times) => Math.abs(median(times[0][kind]) / median(times[1][kind]) - 1)
    for (let round = 0; round < rounds && (round === 0 || off('wall') > tolerance); round++)
      await measure(tries, asked, times)
    const isEqual = off('wall') <= tolerance || (off('processor') <= tolerance && off('wall') <= noisyTolerance)
    const shown = `off by ${off('wall').toFixed(3)} in time, ${off('processor').toFixed(3)} in processor time`
    expect(isEqual, shown).toBe(true)
  },
  600_000,
)

const fresh = (): Times => ({ wall: [], processor: [] })
