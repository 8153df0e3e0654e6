import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, callerOf, signIn } from './support/api.ts'
import { Subscriber } from './support/realtime/subscriber.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'
import { until } from './support/until.ts'

const schema = {
  roles: {},
  collections: { items: { kind: 'table', fields: { n: { type: 'integer' } } } },
}

let server: ServerProcess
let owner: Caller
let token: string

beforeAll(async () => {
  server = await startServerProcess({ env: { PLINTH_WORKERS: '2', PLINTH_LOG_LEVEL: 'info' } })
  owner = await signIn(server.url, admin)
  const { body } = await callerOf(server.url, null).send('POST', '/api/auth/sign-in', admin)
  token = String(body['accessToken'])
  expect(await owner.send('POST', '/api/schema/apply', { schema, base: 1 })).toMatchObject({ status: 200 })
})
afterAll(() => server?.remove())

/** Process ids of workers in the order in which they became ready, by their number. */
const readyPids = (number: number): readonly number[] =>
  [...server.logs().matchAll(/"worker":(\d+),"pid":(\d+),"msg":"a worker is ready"/g)]
    .filter(([, worker]) => Number(worker) === number)
    .map(([, , pid]) => Number(pid))

/** Writes until told otherwise. What a dying worker was asked for may be done or not: that is looked up afterwards. */
async function write(isOver: () => boolean): Promise<void> {
  for (let n = 0; !isOver(); n += 1) await owner.send('POST', '/api/records/items', { n }).catch(() => null)
}

/** Asks over a connection of its own: the status of the answer, or why there is none. */
const ask = (): Promise<number | string> =>
  new Promise((resolve) => {
    const asked = get(`${server.url}/health/live`, { agent: false, timeout: 15_000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer')))
    asked.once('error', ({ message }) => resolve(message))
  })

describe('workers of one process group', () => {
  it('share an address; one that is killed is replaced, and its subscribers miss nothing', async () => {
    const subscribers = Array.from({ length: 8 }, () => new Subscriber({ token, nextUrl: () => server.url }))
    for (const subscriber of subscribers) await subscriber.start()
    const state = { over: false }
    const writing = write(() => state.over)
    const haveHeard = (count: number) => until(() => subscribers.every(({ events }) => events.length >= count))
    await haveHeard(5)
    process.kill(readyPids(1)[0] ?? 0, 'SIGKILL')
    await until(() => readyPids(1).length === 2)
    await haveHeard(Math.max(...subscribers.map(({ events }) => events.length)) + 5)
    state.over = true
    await writing
    const ids = (await owner.list('items', {})).map(({ id }) => String(id)).toSorted()
    for (const subscriber of subscribers) {
      await until(() => subscriber.events.length >= ids.length)
      expect(subscriber.events.map(({ id }) => id).toSorted()).toEqual(ids)
      expect(subscriber.faults).toEqual([])
    }
    // Round robin has given each of the two some of them.
    const resumed = subscribers.filter((each) => each.resumed > 0).length
    expect(resumed).toBeGreaterThan(0)
    expect(resumed).toBeLessThan(subscribers.length)
    expect(server.logs().match(/a worker died and is replaced/g)).toHaveLength(1)
    for (const subscriber of subscribers) await subscriber.stop()
  })

  it('leave nobody waiting who comes while one of them dies: others answer, or the connection is reset', async () => {
    const answers = new Set<number | string>()
    const state = { over: false }
    const asking = Array.from({ length: 4 }, async () => {
      while (!state.over) answers.add(await ask())
    })
    for (let killed = 0; killed < 2; killed += 1) {
      const before = readyPids(1)
      process.kill(before.at(-1) ?? 0, 'SIGKILL')
      await until(() => readyPids(1).length > before.length)
    }
    state.over = true
    await Promise.all(asking)
    expect(answers).toContain(200)
    expect(answers).not.toContain('no answer')
  })

  it('leave it to the first process to say what is missing in the settings', () => {
    for (const missing of ['PLINTH_SMTP_URL', 'PLINTH_PUBLIC_URL'])
      expect(server.logs().match(new RegExp(`${missing} is not set`, 'g'))).toHaveLength(1)
  })

  it('show their numbers together, whichever is asked', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    for (const worker of ['1', '2'])
      expect(text).toMatch(new RegExp(`^plinth_realtime_connections{worker="${worker}"}`, 'm'))
  })

  it('take no clients that poll: each request would come to another worker', async () => {
    const answer = await fetch(`${server.url}/api/realtime?EIO=4&transport=polling`)
    expect(answer.status).toBe(400)
  })

  it('finish what runs when the group is asked to end', async () => {
    const pids = [readyPids(1).at(-1) ?? 0, readyPids(2).at(-1) ?? 0]
    await server.stop()
    expect(server.child.exitCode).toBe(0)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
