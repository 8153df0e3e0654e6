import { hashPassword } from '../../src/auth/passwords.ts'
import { setPassword } from '../../src/auth/users.ts'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'
import { type SmtpInbox, type SmtpInboxOptions, startSmtpInbox } from '../support/smtp-inbox.ts'

export const admin = { email: 'ada@example.com', password: 'lovelace engine' }
export const password = 'correct horse battery'
export const publicUrl = 'https://api.example.com/plinth'

const passwordHash = hashPassword(password)

export interface MailFixture {
  readonly server: TestServer
  readonly inbox: SmtpInbox
  readonly adminToken: string
  post(
    path: string,
    body: unknown,
    options?: { token?: string; headers?: Readonly<Record<string, string>> },
  ): Promise<Answer>
  /** Makes a user with `password`, whose address is verified unless it is said otherwise. */
  user(name: string, options?: { verified?: boolean }): Promise<{ readonly id: string; readonly email: string }>
  run(text: string, ...values: unknown[]): Promise<readonly (readonly (string | null)[])[]>
  stop(): Promise<void>
}

/** A whole server that sends its mail to a real SMTP server. */
export async function startMailFixture(
  environment: Readonly<Record<string, string>> = {},
  smtp: SmtpInboxOptions = {},
): Promise<MailFixture> {
  const inbox = await startSmtpInbox(smtp)
  const server = await startTestServer({
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
    PLINTH_SMTP_URL: inbox.url,
    PLINTH_MAIL_FROM: 'Plinth <plinth@example.com>',
    PLINTH_PUBLIC_URL: publicUrl,
    PLINTH_REGISTRATION: 'invite',
    // So that tests may come from many networks.
    PLINTH_TRUSTED_PROXIES: '1',
    ...environment,
  })
  const post: MailFixture['post'] = (path, body, options) => server.call('POST', path, { body, ...options })
  const adminToken: string = (await post('/api/auth/sign-in', admin)).body.accessToken
  const run: MailFixture['run'] = (text, ...values) => server.database.run({ text, values })
  return {
    server,
    inbox,
    adminToken,
    post,
    run,
    user: async (name, { verified = true } = {}) => {
      const email = `${name}@example.com`
      const rows = await run(
        `insert into public.users (id, email, roles, created, updated)
         values (plinth.uuid_v7(), $1, '{}', now(), now()) returning id`,
        email,
      )
      const id = rows[0]?.[0] ?? ''
      // Not as an admin does it, which is told by mail.
      await setPassword(server.database, id, await passwordHash)
      if (verified) await run(`insert into plinth.verified_addresses (user_id, email) values ($1::uuid, $2)`, id, email)
      return { id, email }
    },
    stop: async () => {
      await server.stop()
      await inbox.stop()
    },
  }
}

/** A request from some other network. */
export const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
