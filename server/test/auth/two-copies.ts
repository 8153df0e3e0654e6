import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/observability/log.ts'
import { startServer } from '../../src/server.ts'
import { type Answer, call, type CallOptions, startTestServer, type TestServer } from '../http/test-server.ts'

export const admin = { email: 'ada@example.com', password: 'correct horse' }
export const password = 'correct horse battery'

export interface SignedInUser {
  readonly id: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** Two copies of the server on one database, with an admin and as many users as are asked for. */
export interface TwoCopies {
  readonly server: TestServer
  /** Where the other copy listens. */
  readonly otherUrl: string
  readonly adminToken: string
  /** Asks the other copy. */
  other(method: string, path: string, options?: CallOptions): Promise<Answer>
  signIn(email: string): Promise<SignedInUser>
  /** Makes a user with `password`, and signs them in on the first copy. */
  user(name: string, roles?: readonly string[]): Promise<SignedInUser>
  run(text: string, ...values: unknown[]): Promise<readonly (readonly (string | null)[])[]>
  /** The audit trail, newest first. */
  events(
    kind: string,
  ): Promise<readonly { readonly userId: string; readonly actor: string; readonly details: object }[]>
  stop(): Promise<void>
}

export async function startTwoCopies(environment: Readonly<Record<string, string>> = {}): Promise<TwoCopies> {
  const settings = { PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password, ...environment }
  const server = await startTestServer(settings)
  const config = readConfig({ PORT: '0', HOST: '127.0.0.1', DATABASE_URL: server.databaseUrl, ...settings })
  const second = await startServer(config, createLog('silent'))
  const run: TwoCopies['run'] = (text, ...values) => server.database.run({ text, values })

  const post = async (path: string, body: unknown): Promise<Answer> => {
    const answer = await server.call('POST', path, { body })
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
    return answer
  }
  const adminToken: string = (await post('/api/auth/sign-in', admin)).body.accessToken
  const signIn: TwoCopies['signIn'] = async (email) => {
    const { body } = await post('/api/auth/sign-in', { email, password })
    return { id: body.user.id, email, accessToken: body.accessToken, refreshToken: body.refreshToken }
  }
  return {
    server,
    otherUrl: second.url,
    adminToken,
    run,
    signIn,
    other: (method, path, options) => call(second.url, method, path, options),
    user: async (name, roles = []) => {
      const email = `${name}@example.com`
      const [[id] = []] = await run(
        `insert into public.users (id, email, roles, created, updated)
         values (plinth.uuid_v7(), $1, $2::text[], now(), now()) returning id`,
        email,
        roles,
      )
      await server.call('PUT', `/api/admin/users/${id}/password`, { body: { password }, token: adminToken })
      return signIn(email)
    },
    events: async (kind) => {
      const { body } = await server.call('GET', `/api/admin/events?kind=${kind}`, { token: adminToken })
      return body.items
    },
    stop: async () => {
      await second.stop()
      await server.stop()
    },
  }
}

export const secondLater = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000))
