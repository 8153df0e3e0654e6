import { startTestServer, type Answer, type CallOptions, type TestServer } from './test-server.ts'
import type { ServerLog } from '../../src/observability/log.ts'

const admin = { email: 'admin@example.com', password: 'a long enough password' }
const reader = { email: 'ann@example.com', password: 'another long password' }

export type Caller = 'anonymous' | 'user' | 'key' | 'admin'

/** A server with collections of every field type, and one caller of each kind. */
export interface World extends TestServer {
  readonly tokens: Readonly<Record<Caller, string | undefined>>
  /** A post that the user may write, and a tag. */
  readonly post: string
  readonly tag: string
  as(caller: Caller, method: string, path: string, options?: CallOptions): Promise<Answer>
  /** What can be seen of all tables and of the change log: it stays the same where a request left no trace. */
  trace(): Promise<string>
}

const everybody = { read: true, hide: ['qqhidden', 'qqlinked'] }
const all = { ...everybody, create: true, update: true, delete: true }

/** `qq…` are names that resemble no other, so that no suggestion tells them apart. */
export const worldSchema = {
  version: 1,
  roles: { clerk: {} },
  collections: {
    users: {
      kind: 'table',
      fields: { name: { type: 'text' } },
      permissions: { anonymous: { read: true, hide: ['email'] } },
    },
    // Nobody but an admin may read these.
    vaults: {
      kind: 'table',
      fields: { qqcode: { type: 'text' }, owner: { type: 'relation', to: 'users', inverse: 'qqvaults' } },
    },
    tags: {
      kind: 'table',
      fields: {
        name: { type: 'text', required: true, unique: true, maxLength: 50 },
        parent: { type: 'relation', to: 'tags' },
      },
      permissions: {
        anonymous: { read: true },
        authenticated: { create: true, update: true },
        clerk: { read: true, create: true },
      },
    },
    posts: {
      kind: 'table',
      fields: {
        title: { type: 'text', required: true, maxLength: 200 },
        body: { type: 'richtext' },
        contact: { type: 'email' },
        site: { type: 'url' },
        slug: { type: 'slug', unique: true },
        views: { type: 'integer', default: 0 },
        stars: { type: 'integer', min: 0, max: 5 },
        price: { type: 'decimal', precision: 10, scale: 2 },
        total: { type: 'decimal' },
        score: { type: 'float' },
        open: { type: 'boolean' },
        day: { type: 'date' },
        at: { type: 'datetime' },
        status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
        labels: { type: 'multiselect', options: ['red', 'green'] },
        data: { type: 'json' },
        code: { type: 'uuid' },
        place: { type: 'geopoint' },
        number: { type: 'autonumber' },
        loud: { type: 'computed', expression: 'views > 100', result: 'boolean' },
        later: { type: 'computed', expression: 'at + 7d', result: 'datetime' },
        author: { type: 'relation', to: 'users', inverse: 'posts' },
        tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        vault: { type: 'relation', to: 'vaults', inverse: 'posts' },
        qqvaulted: { type: 'relation', to: 'vaults', many: true },
        qqhidden: { type: 'text' },
        qqlinked: { type: 'relation', to: 'tags' },
        qqsecret: { type: 'integer', hidden: true },
      },
      permissions: { anonymous: everybody, authenticated: all, clerk: all },
    },
  },
} as const

export async function openWorld(log?: ServerLog): Promise<World> {
  const server = await startTestServer({ PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }, log)
  const adminToken = await signIn(server, admin)
  const asAdmin = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
    const answer = await server.call(method, path, { body, token: adminToken })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  await asAdmin('POST', '/api/schema/apply', { schema: worldSchema, base: 1 })
  const { id: ann } = await asAdmin('POST', '/api/records/users', { email: reader.email, name: 'Ann' })
  await asAdmin('PUT', `/api/admin/users/${ann}/password`, { password: reader.password })
  const { key } = await asAdmin('POST', '/api/admin/keys', { name: 'clerk', roles: ['clerk'] })
  const { id: tag } = await asAdmin('POST', '/api/records/tags', { name: 'first' })
  const vault = await asAdmin('POST', '/api/records/vaults', { qqcode: 'sesame', owner: ann })
  const { id: post } = await asAdmin('POST', '/api/records/posts', samplePost(ann, tag, vault.id))
  const tokens = { anonymous: undefined, user: await signIn(server, reader), key, admin: adminToken }
  return {
    ...server,
    tokens,
    post,
    tag,
    as: (caller, method, path, options) => server.call(method, path, { token: tokens[caller], ...options }),
    trace: () => traceOf(server),
  }
}

async function signIn(server: TestServer, credentials: typeof admin): Promise<string> {
  const { body } = await server.call('POST', '/api/auth/sign-in', { body: credentials })
  return body.accessToken
}

const samplePost = (author: string, tag: string, vault: string) => ({
  title: 'Hello',
  contact: 'ann@example.com',
  slug: 'hello',
  views: 7,
  price: '1.50',
  total: '12345678901234567890.5',
  score: 0.5,
  open: true,
  day: '2026-01-31',
  at: '2026-01-31T12:00:00Z',
  labels: ['red'],
  data: { a: [1, null] },
  code: '0198c0de-7a3b-7c4d-8e5f-0123456789ab',
  place: { lat: 52.5, lon: 13.4 },
  author,
  tags: [tag],
  vault,
  qqhidden: 'you do not see me',
})

async function traceOf({ database }: TestServer): Promise<string> {
  const tables = [
    'public.users',
    'public.vaults',
    'public.tags',
    'public.posts',
    'public."posts.tags"',
    'plinth.api_keys',
  ]
  const parts = tables.map(
    (table) => `(select count(*) || md5(coalesce(string_agg(t::text, '' order by t::text), '')) from ${table} as t)`,
  )
  const [row] = await database.run({
    text: `select ${parts.join(', ')}, (select count(*) || ':' || coalesce(max(seq), 0) from plinth.changes),
      (select count(*) from pg_class where relnamespace in ('public'::regnamespace, 'plinth'::regnamespace)),
      (select count(*) from plinth.api_keys), (select max(version) from plinth.schema_versions)`,
    values: [],
  })
  return JSON.stringify(row)
}
