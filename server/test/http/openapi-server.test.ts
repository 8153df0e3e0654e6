import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, OpenApiDocument } from '../../src/http/openapi/document.ts'
import { routesOf } from '../../src/http/router.ts'
import { allRoutes, type RoutesDeps } from '../../src/http/routes.ts'
import { everyField } from './every-field.ts'
import { operationsOf } from './operations-of.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const credentials = { email: 'admin@example.com', password: 'correct horse battery' }

let server: TestServer
let token: string
let document: OpenApiDocument

beforeAll(async () => {
  server = await startTestServer({
    PLINTH_ADMIN_EMAIL: credentials.email,
    PLINTH_ADMIN_PASSWORD: credentials.password,
    PLINTH_PUBLIC_URL: 'https://api.example.com',
  })
  token = (await server.call('POST', '/api/auth/sign-in', { body: credentials })).body.accessToken
  const { version } = (await server.call('GET', '/api/schema', { token })).body
  const applied = await server.call('POST', '/api/schema/apply', {
    token,
    body: { schema: { version, ...everyField }, base: version },
  })
  expect(applied.status).toBe(200)
  document = (await server.call('GET', '/api/openapi.json', { token })).body
})

afterAll(() => server?.stop())

const unknownId = '0198c0de-7a3b-7c4d-8e5f-0123456789ab'
const inPath: Readonly<Record<string, string>> = { name: 'magicLink', language: 'en' }

const operations = () => operationsOf(document)

describe('the document and the server', () => {
  it('have the same routes', () => {
    // Nothing of them is used before a request comes.
    const router = allRoutes({ records: {}, auth: { byMail: {} } } as RoutesDeps)
    const pages = /^\/(setup|docs.*|auth\/.*)?$/
    const answered = routesOf(router)
      .filter(({ path }) => !pages.test(path))
      .map(({ method, path }) => `${method} ${path.replace(':collection', 'posts').replace(/:(\w+)/g, '{$1}')}`)
    const others = /^\/api\/records\/(?!posts[/]|posts$)/
    const documented = operations()
      .filter(({ path }) => !others.test(path))
      .map(({ method, path }) => `${method} ${path}`)
    expect(documented.toSorted()).toEqual(answered.toSorted())
  })

  it('agree on every operation: it exists, and takes the parameters it is said to take', async () => {
    // Signing out must not end the session that goes on asking.
    const another = (await server.call('POST', '/api/auth/sign-in', { body: credentials })).body.accessToken
    // After this one no token counts any more.
    const isLast = ({ operation }: ReturnType<typeof operations>[number]) =>
      operation.operationId === 'distrustSigningKeys'
    const inOrder = [...operations().filter((each) => !isLast(each)), ...operations().filter(isLast)]
    for (const { path, method, operation } of inOrder) {
      const query = (operation.parameters ?? []).filter(
        (each) => each['in'] === 'query' && each['example'] !== undefined,
      )
      const search = new URLSearchParams(
        query.map((each): [string, string] => [String(each['name']), String(each['example'])]),
      )
      const body = operation.requestBody === undefined ? {} : { body: {} }
      const target = `${path.replace(/\{(\w+)\}/g, (_, name: string) => inPath[name] ?? unknownId)}${search.size === 0 ? '' : `?${search}`}`
      const answer = await server.call(method.toUpperCase(), target, {
        token: operation.operationId === 'signOut' ? another : token,
        ...body,
      })
      const { code } = answer.body ?? {}
      expect([operation.operationId, code, answer.status < 500]).toEqual([operation.operationId, code, true])
      expect([
        'routeNotFound',
        'methodNotAllowed',
        'collectionNotFound',
        'unknownParameter',
        'invalidParameter',
        'readOnlyCollection',
      ]).not.toContain(code)
      expect(Object.keys(operation.responses)).toContain(String(answer.status))
    }
    token = (await server.call('POST', '/api/auth/sign-in', { body: credentials })).body.accessToken
  })

  it('agree on what is answered: records fit their schemas', async () => {
    const ajv = new Ajv2020({ strict: false })
    // The package's types describe its CommonJS form.
    const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void
    addFormats(ajv)
    ajv.addSchema({ $id: 'https://example.com/api', components: document.components })
    const fits = (name: string, value: unknown) => {
      const validate = ajv.compile({ $ref: `https://example.com/api#/components/schemas/${name}` })
      return validate(value) ? [] : validate.errors
    }
    const me = (await server.call('GET', '/api/auth/me', { token })).body
    expect(fits('Me', me)).toEqual([])
    const body = { ...exampleOf('PostsCreate'), author: me.id, tags: [], parent: null, file: null }
    expect(fits('PostsCreate', body)).toEqual([])
    const created = await server.call('POST', '/api/records/posts', { token, body })
    expect([created.status, created.body.errors]).toEqual([201, undefined])
    expect(fits('Posts', created.body)).toEqual([])
    const unnamed = { ...body, id: undefined }
    const bare = { title: 'Bare', slug: 'bare', author: me.id, tags: [] }
    await server.call('POST', '/api/records/posts', { token, body: [bare, { ...unnamed, slug: 'another' }] })
    const list = await server.call('GET', '/api/records/posts?count=exact', { token })
    expect(list.body.count).toBe(3)
    expect(fits('PostsList', list.body)).toEqual([])
    const changes = { 'views+': 3, 'price+': '1.50', title: 'New' }
    expect(fits('PostsUpdate', changes)).toEqual([])
    const updated = await server.call('PATCH', `/api/records/posts/${created.body.id}`, { token, body: changes })
    expect([updated.status, fits('Posts', updated.body)]).toEqual([200, []])
    const sums = await server.call('GET', '/api/records/posts/aggregate?count=*&sum=views&group=status', { token })
    expect(fits('Aggregates', sums.body)).toEqual([])
    const missing = await server.call('GET', `/api/records/tags/${created.body.id}`, { token })
    expect(fits('Problem', missing.body)).toEqual([])
    const keys = await server.call('POST', '/api/admin/keys', { token, body: { name: 'Key', roles: ['editor'] } })
    expect(keys.status).toBe(201)
    const listed = (await server.call('GET', '/api/admin/keys', { token })).body.items
    expect(fits('ApiKey', listed[0])).toEqual([])
    expect(fits('Schema', (await server.call('GET', '/api/schema', { token })).body)).toEqual([])
    const { items } = (await server.call('GET', '/api/schema/versions', { token })).body
    expect(fits('SchemaVersion', items[0])).toEqual([])
    const newest = await server.call('GET', `/api/schema/versions/${items[0].version}`, { token })
    expect(fits('SchemaVersionDocument', newest.body)).toEqual([])
    const wanted = { schema: { ...everyField, collections: {} }, base: items[0].version }
    expect(fits('Plan', (await server.call('POST', '/api/schema/plan', { token, body: wanted })).body)).toEqual([])
    const question = { actor: 'anonymous', collection: 'posts', action: 'read', id: created.body.id }
    expect(
      fits('Explanation', (await server.call('POST', '/api/admin/explain', { token, body: question })).body),
    ).toEqual([])
  })
})

/** A body of all examples of a schema's properties. */
function exampleOf(name: string): Readonly<Record<string, unknown>> {
  const schema = document.components.schemas?.[name] as { readonly properties: Readonly<Record<string, Json>> }
  const values = Object.entries(schema.properties).flatMap(([field, { examples }]) =>
    Array.isArray(examples) ? [[field, examples[0]] as const] : [],
  )
  return Object.fromEntries(values)
}

describe('/api/openapi.json', () => {
  it('is a guest’s for guests, and says where the server is', async () => {
    const { status, headers, body } = await server.call('GET', '/api/openapi.json')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(body.servers).toEqual([{ url: 'https://api.example.com' }])
    expect(Object.keys(body.paths)).not.toContain('/api/records/vault')
  })

  it('is sent once: then its ETag is enough', async () => {
    const { headers } = await server.call('GET', '/api/openapi.json')
    const etag = headers.get('etag') ?? ''
    const again = await server.call('GET', '/api/openapi.json', { headers: { 'If-None-Match': etag } })
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', etag])
    const asAdmin = await server.call('GET', '/api/openapi.json', { token, headers: { 'If-None-Match': etag } })
    expect(asAdmin.status).toBe(200)
  })

  it('refuses parameters it does not know', async () => {
    expect((await server.call('GET', '/api/openapi.json?as=admin')).body.code).toBe('unknownParameter')
  })
})

describe('/docs', () => {
  it('is a page that may load nothing from elsewhere and run no script but its own', async () => {
    const { status, headers, body } = await server.call('GET', '/docs')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/)
    expect(body).not.toMatch(/https?:\/\//)
  })

  it.each(['/docs', '/docs/docs.css', '/docs/docs.js', '/docs/api-reference.js'])(
    '%s is sent compressed, and only when it has changed',
    async (path) => {
      const { status, headers, body } = await server.call('GET', path, { headers: { 'Accept-Encoding': 'gzip' } })
      expect([status, headers.get('content-encoding'), headers.get('vary')]).toEqual([200, 'gzip', 'Accept-Encoding'])
      const plain = await server.call('GET', path, { headers: { 'Accept-Encoding': 'gzip;q=0' } })
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(plain.body).toBe(body)
      const known = { 'If-None-Match': headers.get('etag') ?? '' }
      expect((await server.call('GET', path, { headers: known })).status).toBe(304)
    },
  )

  it('answers GET and HEAD, and nothing else', async () => {
    expect((await server.call('HEAD', '/docs')).status).toBe(200)
    expect((await server.call('POST', '/docs', { body: {} })).status).toBe(405)
    expect((await server.call('GET', '/docs/../../package.json')).status).toBe(404)
    expect((await server.call('GET', '/docs/index.html')).status).toBe(404)
  })
})
