import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from './test-server.ts'

const credentials = { email: 'admin@example.com', password: 'correct horse battery' }

interface Request {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

interface Guide {
  readonly schema: Readonly<Record<string, unknown>>
  readonly requests: readonly Request[]
}

/** The schema and the requests of a page, in their order. */
function readGuide(name: string): Guide {
  const text = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
  const blocks = (kind: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
  const requests = blocks('http').flatMap((block) =>
    block.split(/\n(?=[A-Z]+ \/)/).map((request) => {
      const [, method = '', path = '', body = ''] = /^(\w+) (\S[^\n]*)\n?(.*)$/s.exec(request.trim()) ?? []
      return {
        method,
        path: encodeURI(path).replaceAll('&&', '%26%26'),
        body: body.trim() === '' ? undefined : JSON.parse(body),
      }
    }),
  )
  return { schema: JSON.parse(blocks('json schema')[0] ?? ''), requests }
}

let server: TestServer
afterEach(() => server?.stop())

describe('the guides', () => {
  it.each([
    ['rest-api.md', 13],
    ['rules.md', 1],
    ['channels.md', 0],
  ])('every request in %s is answered as it says', async (name, least) => {
    const { schema, requests } = readGuide(name)
    server = await startTestServer({
      PLINTH_ADMIN_EMAIL: credentials.email,
      PLINTH_ADMIN_PASSWORD: credentials.password,
    })
    const token = (await server.call('POST', '/api/auth/sign-in', { body: credentials })).body.accessToken
    const { version: base } = (await server.call('GET', '/api/schema', { token })).body
    const applied = await server.call('POST', '/api/schema/apply', { token, body: { schema, base } })
    expect([applied.status, applied.body.errors]).toEqual([200, undefined])
    for (const { method, path, body } of requests) {
      const { status, body: answer } = await server.call(method, path, { token, ...(body !== undefined && { body }) })
      expect([method, path, status < 300, answer.code]).toEqual([method, path, true, undefined])
      if (answer.items) expect([path, answer.items.length > 0]).toEqual([path, true])
      if ('count' in answer) expect([path, answer.count]).toEqual([path, 1])
    }
    expect(requests.length).toBeGreaterThanOrEqual(least)
  })
})
