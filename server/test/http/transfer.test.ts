import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, openWorld, type World } from './hostile-world.ts'
import { expectRefusal } from './refused.ts'
import type { CallOptions } from './test-server.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.stop())

const importPath = '/api/records/tags/import'
const send = (content: string | Buffer, query = '', headers: CallOptions['headers'] = {}, caller: Caller = 'user') =>
  world.as(caller, 'POST', `${importPath}${query}`, {
    raw: content,
    headers: { 'Content-Type': 'text/csv', ...headers },
  })
const names = async () => {
  const { body } = await world.as('user', 'GET', '/api/records/tags?limit=1000&select=name&sort=name')
  return body.items.map((item: { name: string }) => item.name)
}
/** The lines of an answer that tells how far it is. */
const progress = async (content: string, query = '') => {
  const headers = {
    Authorization: `Bearer ${world.tokens.user}`,
    Accept: 'application/x-ndjson',
    'Content-Type': 'text/csv',
  }
  const answer = await fetch(`${world.url}${importPath}${query}`, { method: 'POST', body: content, headers })
  const lines = (await answer.text()).trim().split('\n')
  return { status: answer.status, lines: lines.map((line) => JSON.parse(line)) }
}
/** PostgreSQL is done with all that had begun. */
const settled = () =>
  expect
    .poll(
      async () =>
        (
          await world.database.run({
            text: `select count(*) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
            values: [],
          })
        )[0]?.[0],
      { timeout: 20_000 },
    )
    .toBe('0')

describe('an export', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8; header=present', /^id,name,parent,created,updated\r\n.*,first,,/],
    ['json', 'application/json; charset=utf-8', /^\[\{"id":".*","name":"first"/],
    ['ndjson', 'application/x-ndjson; charset=utf-8', /^\{"id":".*","name":"first".*\n$/],
  ])('as %s is a file', async (format, type, content) => {
    const answer = await fetch(`${world.url}/api/records/tags/export?format=${format}`)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="tags.${format}"`)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).toMatch(content)
  })

  it('can begin with a byte order mark, and with nothing at all', async () => {
    const bytes = await fetch(`${world.url}/api/records/tags/export?format=csv&bom=true`).then((a) => a.arrayBuffer())
    expect([...new Uint8Array(bytes.slice(0, 3))]).toEqual([0xef, 0xbb, 0xbf])
    const head = await fetch(`${world.url}/api/records/tags/export`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it.each([
    ['?format=xlsx', [400, 'invalidParameter']],
    ['?format=csv&bom=maybe', [400, 'invalidParameter']],
    ['?format=json&bom=true', [400, 'invalidParameter']],
    ['?limit=5', [400, 'unknownParameter']],
    ["?filter=qqhidden='x'", [400, 'invalidExpression']],
    ['?select=qqsecret', [400, 'invalidParameter']],
    ['?sort=qqhidden', [400, 'invalidParameter']],
  ] as const)('with %s is refused', async (query, refusal) => {
    expectRefusal(await world.as('user', 'GET', `/api/records/posts/export${query}`), refusal)
  })

  it('of what may not be read is not there, and what is hidden is not in it', async () => {
    expectRefusal(await world.as('user', 'GET', '/api/records/vaults/export'), [404, 'collectionNotFound'])
    for (const format of ['csv', 'json', 'ndjson']) {
      const text = await fetch(`${world.url}/api/records/posts/export?format=${format}`).then((a) => a.text())
      expect(text).toContain('Hello')
      expect(text).not.toMatch(/qqhidden|qqsecret|qqlinked|you do not see me/)
    }
  })
})

describe('an import', () => {
  it('answers what it did', async () => {
    const { status, body } = await send('name\na1\na2\n')
    expect([status, body]).toEqual([
      200,
      { dryRun: false, rows: 2, created: 2, updated: 0, skipped: 0, failed: 0, errors: [], ignored: [] },
    ])
    expect(await names()).toEqual(expect.arrayContaining(['a1', 'a2']))
  })

  it('takes each format, by its type or by name, and columns by other names', async () => {
    const json = { 'Content-Type': 'application/json' }
    expect((await send('[{"name":"b1"}]', '', json)).body.created).toBe(1)
    expect((await send('{"name":"b2"}', '', { 'Content-Type': 'application/x-ndjson' })).body.created).toBe(1)
    expect(
      (await send('Label,x\nb3,y\n', `?format=csv&map=${encodeURIComponent('{"Label":"name","x":null}')}`, json)).body
        .created,
    ).toBe(1)
    expect((await send('name\nb4\n', '', {}, 'key')).body.created).toBe(1)
  })

  it('tells how far it is, to who asks', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `c${i}`).join('\n')
    const { status, lines } = await progress(`name\n${rows}`, '?dryRun=true')
    expect(status).toBe(200)
    expect(lines.slice(0, -1).every(({ rows: count }, i) => count > (lines[i - 1]?.rows ?? 0))).toBe(true)
    expect(lines.at(-2)).toEqual({ rows: 600 })
    expect(lines.at(-1)).toMatchObject({ dryRun: true, created: 600 })
    const failing = await progress(`name\n${rows}\nc1\n`)
    expect(failing.lines.at(-1)).toMatchObject({ code: 'importFailed', failed: 1 })
    expect(await names()).not.toContain('c1')
  })

  it('with a key is done once', async () => {
    const key = { 'Idempotency-Key': 'import-1' }
    const first = await send('name\nd1\n', '', key)
    const again = await send('name\nd1\n', '', key)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expectRefusal(await send('name\nd2\n', '', key), [422, 'idempotencyKeyReused'])
    const wrong = { 'Idempotency-Key': 'import-2' }
    expectRefusal(await send('name\nd1\n', '', wrong), [422, 'importFailed'])
    expect((await send('name\nd1\n', '', wrong)).headers.get('idempotency-replayed')).toBe('true')
    expect(await names()).not.toContain('d2')
  })

  const refused = [
    ['', 'name\n\n', {}, 'anonymous', [403, 'forbidden']],
    ['?format=xml', 'x', {}, 'user', [400, 'invalidParameter']],
    ['', 'x', { 'Content-Type': 'application/octet-stream' }, 'user', [400, 'invalidParameter']],
    ['?onConflict=ignore', 'name\nx\n', {}, 'user', [400, 'invalidParameter']],
    ['?key=name', 'name\nx\n', {}, 'user', [400, 'invalidParameter']],
    ['?map=x', 'name\nx\n', {}, 'user', [400, 'invalidParameter']],
    ['?map=%7B%22name%22%3A1%7D', 'name\nx\n', {}, 'user', [400, 'invalidParameter']],
    ['?dryRun=yes', 'name\nx\n', {}, 'user', [400, 'invalidParameter']],
    ['?select=id', 'name\nx\n', {}, 'user', [400, 'unknownParameter']],
    ['', 'name\nx\n', { 'Content-Encoding': 'gzip' }, 'user', [415, 'unsupportedEncoding']],
    ['', 'PK\x03\x04\x14\0\0\0\x08\0', {}, 'user', [400, 'invalidBody']],
    ['', 'name,__proto__\nx,y\n', {}, 'user', [400, 'invalidBody']],
    ['', '', {}, 'user', [400, 'importMalformed']],
    ['?format=json', '{"name":"x"}', {}, 'user', [400, 'importMalformed']],
  ] as const
  it.each(refused)('%s of %j with %j by %s is refused', async (query, content, headers, caller, refusal) => {
    const before = await world.trace()
    expectRefusal(await send(content, query, headers, caller), refusal)
    expect(await world.trace()).toBe(before)
  })

  it('of a cell of 100 MB is refused early', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    const body = ReadableStream.from(
      (async function* () {
        yield Buffer.from('name\n')
        for (; sent < 100; sent += 1) yield piece
      })(),
    )
    const options = {
      method: 'POST',
      body,
      duplex: 'half' as const,
      headers: { 'Content-Type': 'text/csv', Authorization: `Bearer ${world.tokens.user}` },
    }
    const answer = await fetch(world.url + importPath, options).then(
      (each) => each.status,
      () => 'cut',
    )
    expect([413, 'cut']).toContain(answer)
    expect(sent).toBeLessThan(60)
    expect((await world.call('GET', '/health/ready')).status).toBe(200)
  })

  it('that says it is larger than it may be is refused at once', async () => {
    const head = `POST ${importPath} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nAuthorization: Bearer ${world.tokens.user}\r\nContent-Length: 99999999999\r\n\r\nname\n`
    const { socket, text } = await open(head, /bodyTooLarge/)
    expect(text()).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  })

  it('whose sender leaves half way leaves nothing', async () => {
    const before = await world.trace()
    const rows = Array.from({ length: 3_000 }, (_, i) => `e${i}`).join('\n')
    const head = `POST ${importPath} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nAccept: application/x-ndjson\r\nAuthorization: Bearer ${world.tokens.user}\r\nContent-Length: 9999999\r\n\r\nname\n${rows}\n`
    const { socket } = await open(head, /"rows":1\d\d\d/)
    socket.destroy()
    await settled()
    expect(await world.trace()).toBe(before)
  })

  it('may not be made by who only looks through the eyes of another', async () => {
    const view = await world.as('admin', 'POST', '/api/admin/view-as', { body: { roles: ['clerk'] } })
    const token = view.body.accessToken
    const answer = await world.call('POST', importPath, {
      raw: 'name\nx\n',
      token,
      headers: { 'Content-Type': 'text/csv' },
    })
    expectRefusal(answer, [403, 'viewOnly'])
  })
})

describe('readers that do not read', () => {
  it('keep nobody else from anything, and their places are free when they leave', async () => {
    await world.database.run({
      text: `insert into public.posts (id, title, body, created, updated)
        select plinth.uuid_v7(), 'large', repeat('x', 500000), now(), now() from generate_series(1, 100)`,
      values: [],
    })
    const request = 'GET /api/records/posts/export HTTP/1.1\r\nHost: x\r\n\r\n'
    const lazy = await Promise.all([1, 2].map(() => open(request, /"id"/)))
    for (const { socket } of lazy) socket.pause()
    const queued = connect(world.port, '127.0.0.1')
    queued.write(request)
    // Many more quick requests than there are connections.
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => world.as('user', 'GET', '/api/records/posts?limit=1&select=id')),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    for (const { socket } of [...lazy, { socket: queued }]) socket.destroy()
    await settled()
    const whole = await fetch(`${world.url}/api/records/posts/export?format=ndjson`).then((answer) => answer.text())
    expect(whole.trim().split('\n')).toHaveLength(101)
  })
})

/** Sends bytes, and waits until something has come back. */
function open(text: string, wanted: RegExp): Promise<{ readonly socket: Socket; readonly text: () => string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk
      if (wanted.test(answer.slice(0, 10_000))) resolve({ socket, text: () => answer })
    })
    socket.on('error', reject).on('close', () => reject(new Error(`closed after: ${answer.slice(0, 1_000)}`)))
  })
}
