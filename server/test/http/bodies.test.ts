import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendRaw, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** Sign-in reads its body before it looks at anything else. */
const send = (raw: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  server.call('POST', '/api/auth/sign-in', { raw, headers })
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('a body', () => {
  test.each([
    ['nothing', '', 'invalidJson'],
    ['no JSON', '{"a":', 'invalidJson'],
    ['another end', '{"a":1}}', 'invalidJson'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'invalidJson'],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'invalidJson'],
    ['a raw NUL', '"\0"', 'invalidJson'],
  ])('of %s is a 400', async (_name, raw, code) => {
    const { status, body } = await send(raw)
    expect([status, body.code]).toEqual([400, code])
  })

  test('that is not JSON says where', async () => {
    const { body } = await send('{"password": oops}')
    expect(body.title).toMatch(/^The body is not valid JSON: Unexpected token 'o'/)
    expect(body.title).not.toContain('password')
  })

  test.each([
    ['a NUL character', '{"email":"a\\u0000b"}', '/email', 'nulCharacter'],
    ['half of a surrogate pair', '{"a":["\\ud800"]}', '/a/0', 'loneSurrogate'],
    ['a NUL character in a key', '{"a\\u0000":1}', '/a', 'nulCharacter'],
    ['__proto__', '{"a":{"__proto__":{"admin":true}}}', '/a/__proto__', 'refusedKey'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', '/__proto__', 'refusedKey'],
    ['100 levels', `{"a":${nested(100)}}`, `/a${'/0'.repeat(31)}`, 'tooDeep'],
    ['100,000 values', `[${'1,'.repeat(100_000)}1]`, '', 'tooManyValues'],
  ])('with %s is a 400 that says where', async (_name, raw, path, code) => {
    const { status, body } = await send(raw)
    expect([status, body.code]).toEqual([400, 'invalidBody'])
    expect(body.errors).toEqual([{ path, code, message: expect.any(String) }])
  })

  test('with half a million levels ends no process', async () => {
    expect((await send(nested(500_000))).body).toMatchObject({ status: 400, code: 'invalidBody' })
  })

  test('of 32 levels is deep enough for anybody', async () => {
    expect((await send(nested(32))).body.errors[0].code).toBe('wrongType')
  })

  test('with a whole surrogate pair in escapes is fine', async () => {
    expect((await send('{"email":"\\ud83d\\ude00","password":"x"}')).body.code).toBe('wrongCredentials')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
    '',
  ])('of type %j is a 415', async (type) => {
    expect((await send('{}', { 'Content-Type': type })).body).toMatchObject({
      status: 415,
      code: 'unsupportedMediaType',
    })
  })

  test.each(['application/json', 'Application/JSON; charset="UTF-8"', 'application/vnd.api+json;charset=utf-8'])(
    'of type %j is read',
    async (type) => {
      expect((await send('{}', { 'Content-Type': type })).body.code).toBe('invalidBody')
    },
  )

  test('that is compressed is refused, whatever it would unfold to', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, ' '))
    expect((await send(bomb, { 'Content-Encoding': 'gzip' })).body).toMatchObject({
      status: 415,
      code: 'unsupportedEncoding',
    })
  })

  test('of 10 MB is a 413 that the caller sees', async () => {
    const { status, body } = await send(Buffer.alloc(10_000_000, ' '))
    expect([status, body.code]).toEqual([413, 'bodyTooLarge'])
  })

  test('of 10 MB in chunks is a 413 that the caller sees', async () => {
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
    const head = 'POST /api/auth/sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n'
    const answer = await sendRaw(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(160)}0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"code":"bodyTooLarge"')
  })

  test('that is announced as larger than it may be is refused before it comes', async () => {
    const head =
      'POST /api/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n'
    const answer = await sendRaw(server.port, head, (socket) => socket.once('data', () => socket.end()))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('with members that nobody asked for is a 400 that names them', async () => {
    const { body } = await send('{"email":"a@b.co","password":"x","admin":true}')
    expect(body.errors.map((fault: { path: string }) => fault.path)).toEqual(['/admin'])
  })
})
