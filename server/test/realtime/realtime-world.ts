import { expect } from 'vitest'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'
import { type Client, connectClient } from './client.ts'

export const admin = { email: 'ada@example.com', password: 'correct horse' }
const password = 'correct horse battery'

export interface WorldUser {
  readonly id: string
  readonly token: string
}

/** A server with a schema, and clients to it. */
export interface RealtimeWorld extends TestServer {
  readonly adminToken: string
  apply(schema: object): Promise<void>
  connect(who?: { readonly admin?: boolean; readonly token?: string }): Promise<Client>
  user(name: string, roles?: readonly string[]): Promise<WorldUser>
  /** A new session of a user of this name. */
  signIn(name: string): Promise<WorldUser>
  /** Writes as the admin; answers the id. */
  create(collection: string, body: object): Promise<string>
  update(collection: string, id: string, body: object): Promise<void>
  remove(collection: string, id: string): Promise<void>
  get(collection: string, id: string): Promise<Answer>
  list(collection: string, query: string): Promise<Answer>
  run(text: string, ...values: unknown[]): Promise<readonly (readonly (string | null)[])[]>
  /** The number that `/metrics` shows under a name. */
  metric(name: string): Promise<number>
}

export async function openRealtimeWorld(
  schema: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<RealtimeWorld> {
  const settings = { PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password, ...environment }
  const server = await startTestServer(settings)
  const send = async (...args: Parameters<TestServer['call']>): Promise<Answer> => {
    const answer = await server.call(...args)
    if (answer.status >= 300) throw new Error(`${args[0]} ${args[1]}: ${JSON.stringify(answer.body)}`)
    return answer
  }
  const signIn = async (email: string, secret: string): Promise<WorldUser> => {
    const { body } = await send('POST', '/api/auth/sign-in', { body: { email, password: secret } })
    return { id: body.user.id, token: body.accessToken }
  }
  const adminToken = (await signIn(admin.email, admin.password)).token
  const asAdmin = (method: string, path: string, body?: object) => send(method, path, { body, token: adminToken })
  const run: RealtimeWorld['run'] = (text, ...values) => server.database.run({ text, values })
  const world: RealtimeWorld = {
    ...server,
    adminToken,
    apply: async (wanted) => {
      const { body: current } = await asAdmin('GET', '/api/schema')
      const request = { schema: { roles: {}, ...wanted }, base: current.version }
      const { body: plan } = await asAdmin('POST', '/api/schema/plan', request)
      const accept = plan.steps.map((step: { id: string }) => step.id)
      await asAdmin('POST', '/api/schema/apply', { ...request, accept })
    },
    connect: ({ admin: isAdmin, token } = {}) => connectClient(server.url, isAdmin ? adminToken : token),
    signIn: (name) => signIn(`${name}@example.com`, password),
    user: async (name, roles = []) => {
      const email = `${name}@example.com`
      const [[id] = []] = await run(
        `insert into public.users (id, email, roles, created, updated)
         values (plinth.uuid_v7(), $1, $2::text[], now(), now()) returning id`,
        email,
        roles,
      )
      await asAdmin('PUT', `/api/admin/users/${id}/password`, { password })
      return signIn(email, password)
    },
    create: async (collection, body) => (await asAdmin('POST', `/api/records/${collection}`, body)).body.id,
    update: async (collection, id, body) => void (await asAdmin('PATCH', `/api/records/${collection}/${id}`, body)),
    remove: async (collection, id) => void (await asAdmin('DELETE', `/api/records/${collection}/${id}`)),
    get: (collection, id) => asAdmin('GET', `/api/records/${collection}/${id}`),
    list: (collection, query) => asAdmin('GET', encodeURI(`/api/records/${collection}?${query}`)),
    run,
    metric: async (name) => {
      const { body } = await server.call('GET', '/metrics')
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(String(body))?.[1] ?? Number.NaN)
    },
  }
  await world.apply(schema)
  return world
}

/** Waits for what comes before long, however busy the machine is. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 20 })
