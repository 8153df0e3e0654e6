import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Mail, openMail } from '../../src/auth/mail/open-mail.ts'
import { listOutbox } from '../../src/auth/mail/outbox.ts'
import { sendMail } from '../../src/auth/mail/send-mail.ts'
import { openCatalog } from '../../src/catalog/open-catalog.ts'
import { createLog } from '../../src/observability/log.ts'
import { compileComputed } from '../../src/query/compile-computed.ts'
import { startTestServer } from '../http/test-server.ts'
import { type SmtpInbox, startSmtpInbox } from '../support/smtp-inbox.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { admin } from './mail-fixture.ts'

let db: TestDatabase
let catalog: Awaited<ReturnType<typeof openCatalog>>
beforeAll(async () => {
  db = await createTestDatabase({ max: 10 })
  // Makes the table of users, which the worker looks at when it tidies up.
  catalog = await openCatalog(db.database, compileComputed)
})
afterAll(async () => {
  await catalog?.close()
  await db?.drop()
})

let inbox: SmtpInbox
const opened: Mail[] = []
const faults: string[] = []
beforeEach(async () => {
  inbox = await startSmtpInbox()
  await db.database.run({ text: 'delete from plinth.outbox', values: [] })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((mail) => mail.stop()))
  await inbox.stop()
  faults.length = 0
})

async function open(url: string | null = inbox.url): Promise<Mail> {
  const mail = await openMail(db.database, {
    smtp: url === null ? null : { url, from: 'Plinth <plinth@example.com>' },
    onFault: ({ reason, givenUp }) => faults.push(`${givenUp ? 'given up' : 'later'}: ${reason}`),
    onError: (error) => faults.push(String(error)),
    pollMs: 50,
    firstRetry: 0.05,
  })
  opened.push(mail)
  mail.start('https://api.example.com')
  return mail
}
const write = (mail: Mail, to: string, device = 'Firefox') =>
  sendMail(mail, { to, template: 'newDevice', values: { device, address: '192.0.2.1', time: 'now' } })
const states = async () =>
  (await db.database.run({ text: 'select state from plinth.outbox order by id', values: [] })).map(([state]) => state)

describe('mail', () => {
  test('goes out as text and HTML, from the configured sender, and is erased here', async () => {
    const mail = await open()
    await write(mail, 'ada@example.com')
    const { parsed, from, to, raw } = await inbox.next('ada@example.com')
    expect([from, to]).toEqual(['plinth@example.com', ['ada@example.com']])
    expect(parsed.from?.text).toBe('"Plinth" <plinth@example.com>')
    expect(parsed.text).toContain('Firefox')
    expect(parsed.html).toContain('<p')
    expect(raw).toMatch(/^auto-submitted: auto-generated/im)
    await expect.poll(states).toEqual(['sent'])
    const [row] = await db.database.run({ text: 'select text, html, given::text from plinth.outbox', values: [] })
    expect(row).toEqual([null, null, '{}'])
  })

  test('that is written in a transaction which fails is not sent', async () => {
    const mail = await open()
    const failing = db.database.transaction(async (session) => {
      await sendMail(mail, { to: 'ghost@example.com', template: 'passwordChanged', values: {} }, session)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await states()).toEqual([])
  })

  test('waits while the SMTP server is down, and goes out when it is up again', async () => {
    const { port } = inbox
    await inbox.stop()
    const mail = await open()
    await write(mail, 'ada@example.com')
    await expect.poll(() => faults.length).toBeGreaterThan(1)
    expect(faults[0]).toMatch(/^later: .*ECONNREFUSED/)
    expect(await states()).toEqual(['waiting'])
    inbox = await startSmtpInbox({ port })
    await inbox.next('ada@example.com')
    await expect.poll(states).toEqual(['sent'])
    expect(inbox.mails).toHaveLength(1)
  })

  test('that the server refuses for now is tried again; for good, it is given up', async () => {
    inbox.refuseWith(451)
    const mail = await open()
    await write(mail, 'ada@example.com')
    await expect.poll(() => faults.length).toBeGreaterThan(1)
    inbox.refuseWith(null)
    await inbox.next('ada@example.com')
    inbox.refuseWith(550)
    await write(mail, 'gone@example.com')
    await expect.poll(() => faults.at(-1)).toMatch(/^given up: /)
    await expect.poll(states).toEqual(['sent', 'failed'])
  })

  test('that is too late is not sent any more', async () => {
    await inbox.stop()
    const mail = await open()
    await write(mail, 'late@example.com')
    await expect.poll(() => faults.length).toBeGreaterThan(0)
    await db.database.run({ text: `update plinth.outbox set expires = now() - interval '1 second'`, values: [] })
    await expect.poll(states).toEqual(['failed'])
    inbox = await startSmtpInbox()
  })

  test('is sent once by several copies together', async () => {
    const copies = await Promise.all([open(), open(), open()])
    const many = Array.from({ length: 60 }, (_, i) => `user${i}@example.com`)
    await Promise.all(many.map((to, i) => write(copies[i % 3] ?? copies[0], to)))
    await expect.poll(async () => (await states()).filter((each) => each === 'sent').length).toBe(60)
    expect(inbox.mails.flatMap((each) => each.to).toSorted()).toEqual(many.toSorted())
  })

  test('of a copy that died while sending is sent by another when its time is over', async () => {
    const mail = await open(null)
    await mail.stop()
    await write(mail, 'ada@example.com')
    // As a copy leaves it that has taken it on, and then dies.
    const later = `now() + interval '300 milliseconds'`
    await db.database.run({ text: `update plinth.outbox set next_try = ${later}, tries = 1`, values: [] })
    await open()
    await inbox.next('ada@example.com')
    expect(inbox.mails).toHaveLength(1)
  })

  test('goes through a server that wants a password, which never shows in faults', async () => {
    const locked = await startSmtpInbox({ password: 'smtp pass/word' })
    const wrong = await open(locked.url.replace('smtp%20', 'other%20'))
    await write(wrong, 'ada@example.com')
    await expect.poll(() => faults.length).toBeGreaterThan(0)
    expect(faults.join()).not.toContain('pass/word')
    await wrong.stop()
    await open(locked.url)
    await locked.next('ada@example.com')
    await Promise.all(opened.splice(0).map((mail) => mail.stop()))
    await locked.stop()
  })

  test('takes no line of a header, no address and no variable out of a value', async () => {
    const mail = await open()
    const evil = 'x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script> {{token}}'
    await sendMail(mail, { to: 'ada@example.com', template: 'code', values: { code: evil, minutes: '10' } })
    const { raw, parsed, to } = await inbox.next('ada@example.com')
    expect(to).toEqual(['ada@example.com'])
    expect(parsed.bcc).toBeUndefined()
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im)
    expect(parsed.subject).toContain('{{token}}')
    expect(parsed.html).not.toContain('<script>')
  })
})

describe('without an SMTP server', () => {
  test('mail is kept for admins to read, in pages, and the log says so', async () => {
    const logFile = join(await mkdtemp(join(tmpdir(), 'plinth-log-')), 'log')
    const log = createLog('info', logFile)
    const credentials = { PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }
    const server = await startTestServer(credentials, log)
    const token = (await server.call('POST', '/api/auth/sign-in', { body: admin })).body.accessToken
    const read = (query = '', as: string | undefined = token) =>
      server.call('GET', `/api/admin/outbox${query}`, { token: as })
    for (let i = 0; i < 3; i++) {
      await server.call('POST', '/api/auth/magic-link', {
        body: { email: admin.email },
        headers: { 'Accept-Language': 'de-AT,en;q=0.5' },
      })
    }
    await expect
      .poll(async () => (await read()).body.items.filter((each: { state: string }) => each.state === 'kept').length)
      .toBe(3)
    const { items, next } = (await read('?limit=2')).body
    expect(items).toHaveLength(2)
    expect(items[0]).toMatchObject({ to: admin.email, template: 'magicLink', state: 'kept', language: 'de-at' })
    expect(items[0].subject).toContain('Anmeldung')
    // No address is configured, so links lead to where it listens.
    expect(items[0].text).toContain(`${server.url}/auth/magic-link#token=`)
    const rest = (await read(`?limit=2&after=${next}`)).body
    expect([rest.items.length, rest.next]).toEqual([1, null])
    const link = /#token=([\w-]+)/.exec(items[0].text)?.[1]
    expect((await server.call('POST', '/api/auth/magic-link/sign-in', { body: { token: link } })).status).toBe(200)
    // Whoever opened the set-up of the admin keeps their password.
    expect((await server.call('POST', '/api/auth/sign-in', { body: admin })).status).toBe(200)
    expect((await read('?limit=1000')).body.code).toBe('invalidParameter')
    expect((await read('?after=x')).body.code).toBe('invalidCursor')
    expect((await server.call('GET', '/api/admin/outbox')).body.code).toBe('notSignedIn')
    await server.stop()
    log.flushSync()
    const lines = await readFile(logFile, 'utf8')
    expect(lines).toContain('PLINTH_SMTP_URL is not set')
    expect(lines).toContain('PLINTH_PUBLIC_URL is not set')
    expect(lines).not.toContain(link)
  })

  test('nothing is listed twice or left out between pages', async () => {
    const mail = await open(null)
    for (let i = 0; i < 7; i++) await write(mail, `u${i}@example.com`)
    const seen: string[] = []
    let after: string | null = null
    do {
      // Written by the statement itself.
      const page = JSON.parse(await listOutbox(db.database, 3, after)) as {
        items: { to: string }[]
        next: string | null
      }
      seen.push(...page.items.map((each) => each.to))
      after = page.next
    } while (after !== null)
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `u${i}@example.com`))
  })
})
