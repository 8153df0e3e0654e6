import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../src/observability/log.ts'
import { RecentLines } from '../../src/observability/recent-lines.ts'
import { type Caller, openWorld, type World } from './hostile-world.ts'

const path = '/api/admin/logs'
const log = createLog('info', '/dev/null')
let world: World
beforeAll(async () => {
  world = await openWorld(log)
})
afterAll(() => world?.stop())

const items = async (query = '') => (await world.as('admin', 'GET', `${path}${query}`)).body.items

/** Follows as an admin; answers the lines so far, and how it ended. */
async function follow(query = '', token = world.tokens.admin) {
  const stop = new AbortController()
  const answer = await fetch(`${world.url}${path}?follow&${query}`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: stop.signal,
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
  let text = ''
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const piece of answer.body ?? []) text += decoder.decode(piece, { stream: true })
    return 'at its end'
  })().catch(() => 'cut off')
  const lines = () =>
    (text.endsWith('\n') ? text : text.slice(0, text.lastIndexOf('\n') + 1)).split('\n').filter(Boolean)
  return { lines: () => lines().map((line) => JSON.parse(line)), ended, stop: () => stop.abort() }
}

describe('who reads the log', () => {
  it.each<[Caller, number, string]>([
    ['anonymous', 401, 'notSignedIn'],
    ['user', 403, 'adminOnly'],
    ['key', 403, 'adminOnly'],
  ])('is no %s, at once or following', async (caller, status, code) => {
    for (const query of ['', '?follow', '?follow=true&lines=1'])
      expect(await world.as(caller, 'GET', path + query)).toMatchObject({ status, body: { code } })
  })

  it('ends within a second of the session that it goes by', async () => {
    const credentials = { email: 'admin@example.com', password: 'a long enough password' }
    const { body } = await world.call('POST', '/api/auth/sign-in', { body: credentials })
    const { lines, ended } = await follow('lines=0', body.accessToken)
    log.warn('before')
    await expect.poll(() => lines().some(({ msg }) => msg === 'before')).toBe(true)
    expect((await world.call('POST', '/api/auth/sign-out', { token: body.accessToken })).status).toBe(204)
    const ticking = setInterval(() => log.info('tick'), 50)
    expect(await ended).toBe('at its end')
    clearInterval(ticking)
    expect(lines().at(-1)).toMatchObject({ status: 401, code: 'invalidToken' })
    log.warn('afterwards')
    expect(lines().some(({ msg }) => msg === 'afterwards')).toBe(false)
  })
})

describe('what is read', () => {
  it('are the last lines, oldest first, of a level and above', async () => {
    log.info('one')
    log.error({ err: new Error('broken') }, 'two')
    log.info('three')
    expect((await items('?lines=3')).map(({ msg }: { msg: string }) => msg)).toEqual(['one', 'two', 'three'])
    expect(await items('?lines=1&level=error')).toMatchObject([{ level: 50, msg: 'two', err: { message: 'broken' } }])
    expect(await items('?lines=0')).toEqual([])
  })

  it('is what standard output gets, letter by letter', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'plinth-log-')), 'log')
    const own = createLog('warn', file)
    own.warn({ password: 'hidden', nested: { token: 'hidden' } }, 'a line')
    const { lines } = own.recent.last(10, 0)
    await expect.poll(() => readFile(file, 'utf8')).toBe(lines.join(''))
    expect(lines.join('')).not.toContain('hidden')
  })

  it('holds nothing that is secret', async () => {
    const secret = 'qq-not-for-logs'
    await world.call('POST', '/api/auth/sign-in', { body: { email: 'admin@example.com', password: secret } })
    await world.call('GET', `/api/records/posts?filter=title = '${secret}'`, { token: secret })
    await world.call('GET', `/api/records/posts`, { headers: { Cookie: `plinth=${secret}` } })
    const text = JSON.stringify(await items('?lines=1000'))
    expect(text).toContain('/api/records/posts')
    expect(text).not.toContain(secret)
    for (const token of Object.values(world.tokens)) if (token !== undefined) expect(text).not.toContain(token)
  })

  it.each([
    'lines=-1',
    'lines=1001',
    'lines=x',
    'level=loud',
    'level=silent',
    'follow=maybe',
    'tail=1',
    'lines=1&lines=2',
  ])('a question that means nothing is refused: %s', async (query) => {
    expect(await world.as('admin', 'GET', `${path}?${query}`)).toMatchObject({ status: 400 })
  })

  it('HEAD has no body and ends', async () => {
    const headers = { Authorization: `Bearer ${world.tokens.admin}` }
    const { status } = await fetch(`${world.url}${path}?follow`, { method: 'HEAD', headers })
    expect(status).toBe(200)
  })
})

describe('following', () => {
  it('goes on with what is logged, of the level that was asked for', async () => {
    log.error('earlier')
    const { lines, stop } = await follow('level=error&lines=1')
    log.info('not this')
    log.error('this')
    await expect.poll(() => lines().map(({ msg }) => msg)).toEqual(['earlier', 'this'])
    stop()
  })

  it('costs the server no memory where its reader is slow, which is told how much it missed', async () => {
    const socket = connect(world.port, '127.0.0.1')
    socket.write(
      `GET ${path}?follow&lines=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.tokens.admin}\r\n\r\n`,
    )
    await once(socket, 'readable')
    const line = 'x'.repeat(10_000)
    const count = 4_000
    for (let i = 0; i < count; i += 1) {
      log.info(line)
      if (i % 50 === 0) await setImmediate()
    }
    log.info('the last one')
    let [size, missed, isDone] = [0, 0, false]
    let tail = ''
    socket.on('data', (piece) => {
      size += piece.length
      tail = (tail + piece.toString('latin1')).slice(-200_000)
      for (const [, found] of piece.toString('latin1').matchAll(/\{"missed":(\d+)\}/g)) missed += Number(found)
      isDone ||= tail.includes('the last one')
    })
    await expect.poll(() => isDone, { timeout: 20_000 }).toBe(true)
    expect(missed).toBeGreaterThan(0)
    expect(size).toBeLessThan(count * line.length)
    socket.destroy()
  })

  it('ends cleanly when the server does', async () => {
    const other = await openWorld(createLog('silent', '/dev/null'))
    const answer = await fetch(`${other.url}${path}?follow`, {
      headers: { Authorization: `Bearer ${other.tokens.admin}` },
    })
    const reading = answer.text()
    await other.stop()
    expect(await reading).toBe('')
  })
})

describe('the lines that are kept', () => {
  it('are bounded in number and in size', () => {
    const recent = new RecentLines()
    for (let i = 0; i < 5_000; i += 1) recent.add(30, `${i}\n`)
    expect(recent.last(9_999, 0).lines).toHaveLength(1_000)
    expect(recent.since(10, 0)).toMatchObject({ missed: 3_990, next: 5_000 })
    for (let i = 0; i < 5; i += 1) recent.add(30, 'x'.repeat(400_000))
    expect(recent.last(9_999, 0).lines).toHaveLength(2)
    recent.add(30, 'x'.repeat(2_000_000))
    expect(recent.last(9_999, 0).lines).toEqual([])
    expect(recent.since(0, 0)).toMatchObject({ missed: 5_006, next: 5_006 })
  })
})
