import { hash, randomBytes } from 'node:crypto'
import type { Outside } from '../../src/server.ts'
import { type Browser, bodyOf } from './browser.ts'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'

const admin = { email: 'admin@example.com', password: 'lovelace engine' }
export const appUrl = 'https://app.example.com/signed-in'
export const otherAppUrl = 'com.example.app:/signed-in'
export const password = 'correct horse battery'

export interface SignedInUser {
  readonly id: string
  readonly email: string
  readonly accessToken: string
}

export interface ProvidersFixture {
  readonly server: TestServer
  readonly adminToken: string
  post(path: string, body?: unknown, token?: string): Promise<Answer>
  /** Sets a provider up. */
  provide(name: string, body: object): Promise<Answer>
  /** Begins in a browser that keeps the session in cookies; answers where it is sent. */
  start(browser: Browser, name: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<string>
  /** A user with `password`. */
  user(email: string, options?: { verified?: boolean }): Promise<SignedInUser>
  me(browser: Browser): Promise<Answer['body']>
  run(text: string, ...values: unknown[]): Promise<readonly (readonly (string | null)[])[]>
  events(
    kind: string,
  ): Promise<readonly { readonly userId: string | null; readonly details: Readonly<Record<string, unknown>> }[]>
  stop(): Promise<void>
}

export async function startProvidersFixture(
  environment: Readonly<Record<string, string>> = {},
  outside: Outside = {},
): Promise<ProvidersFixture> {
  const server = await startTestServer(
    {
      PLINTH_ADMIN_EMAIL: admin.email,
      PLINTH_ADMIN_PASSWORD: admin.password,
      PLINTH_REGISTRATION: 'open',
      PLINTH_ANONYMOUS_USERS: 'on',
      PLINTH_PRIVATE_PROVIDERS: 'on',
      PLINTH_REDIRECT_URLS: `${appUrl}, ${otherAppUrl}`,
      ...environment,
    },
    undefined,
    outside,
  )
  const post: ProvidersFixture['post'] = (path, body, token) => server.call('POST', path, { body, token })
  const adminToken: string = (await post('/api/auth/sign-in', admin)).body.accessToken
  const run: ProvidersFixture['run'] = (text, ...values) => server.database.run({ text, values })
  return {
    server,
    adminToken,
    post,
    run,
    provide: (name, body) => server.call('PUT', `/api/admin/providers/${name}`, { body, token: adminToken }),
    start: async (browser, name, body = {}, headers = {}) => {
      // The limits are tested elsewhere.
      await run('delete from plinth.tries')
      const answer = await browser.open(`${server.url}/api/auth/providers/${name}/start`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', ...headers },
        body: JSON.stringify({ redirectTo: appUrl, session: 'cookie', ...body }),
      })
      const { url, code, title } = await bodyOf(answer)
      if (answer.status !== 200) throw new Error(`${code}: ${title}`)
      return url
    },
    user: async (email, { verified = true } = {}) => {
      const [[id = ''] = []] = await run(
        `insert into public.users (id, email, roles, created, updated)
         values (plinth.uuid_v7(), $1, '{}', now(), now()) returning id::text`,
        email,
      )
      await server.call('PUT', `/api/admin/users/${id}/password`, { body: { password }, token: adminToken })
      if (verified) await run('insert into plinth.verified_addresses (user_id, email) values ($1::uuid, $2)', id, email)
      const { body } = await post('/api/auth/sign-in', { email, password })
      return { id: id ?? '', email, accessToken: body.accessToken }
    },
    me: async (browser) => bodyOf(await browser.open(`${server.url}/api/auth/me`)),
    events: async (kind) => {
      const { body } = await server.call('GET', `/api/admin/events?kind=${kind}`, { token: adminToken })
      return body.items
    },
    stop: () => server.stop(),
  }
}

/** What an app makes before it begins: https://www.rfc-editor.org/rfc/rfc7636#section-4 */
export function newVerifier(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: hash('sha256', verifier, 'base64url') }
}
