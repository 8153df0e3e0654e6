import { mkdirSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDebianPackage } from '../scripts/debian-package.mjs'
import { type SmtpInbox, startSmtpInbox } from '../server/test/support/smtp-inbox.ts'
import { type Answer, callerOf } from './support/api.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

const password = 'correct horse battery'
/** Where pictures of the pages go, for people to look at; none are made without. */
const pictures = process.env['PLINTH_PICTURES']

let inbox: SmtpInbox
let server: ServerProcess
let browser: Browser
let adminToken: string

beforeAll(async () => {
  if (!(await ensureDebianPackage('chromium'))) throw new Error('This test needs Chromium: install it, or run as root.')
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  inbox = await startSmtpInbox()
  server = await startServerProcess({
    env: {
      PLINTH_SMTP_URL: inbox.url,
      PLINTH_MAIL_FROM: 'My app <app@example.com>',
      PLINTH_REGISTRATION: 'open',
    },
  })
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run']
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
  adminToken = String((await post('/api/auth/sign-in', admin)).body['accessToken'])
  await requireMoreOfUsers()
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await inbox?.stop()
})

const more = { name: 'Ada', born: '1815-12-10', size: 'small' }

/** The admin is there already, so what users must have is added, given to them, and only then required. */
async function requireMoreOfUsers(): Promise<void> {
  const schema = (required: boolean) => ({
    collections: {
      users: {
        fields: {
          name: { type: 'text', required, label: 'Your <name>', maxLength: 40 },
          born: { type: 'date', required },
          size: { type: 'select', options: ['small', 'large'], required },
          notes: { type: 'text' },
        },
        permissions: { authenticated: { create: 'id = @user.id', read: 'id = @user.id' } },
      },
    },
  })
  const { send } = callerOf(server.url, adminToken)
  const apply = (required: boolean, base: number) =>
    send('POST', '/api/schema/apply', { schema: schema(required), base })
  expect((await apply(false, 1)).status).toBe(200)
  expect((await send('PATCH', '/api/records/users?filter=true', more)).status).toBe(200)
  expect((await apply(true, 2)).status).toBe(200)
}

async function post(path: string, body: unknown, token?: string, language = 'en-GB'): Promise<Answer> {
  const response = await fetch(new URL(path, server.url), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Accept-Language': language,
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

const signIn = (email: string, secret = password) => post('/api/auth/sign-in', { email, password: secret })

/** A user with `password`, made by the admin. */
async function makeUser(email: string): Promise<void> {
  const caller = callerOf(server.url, adminToken)
  const { body } = await caller.send('POST', '/api/records/users', { email, ...more })
  expect((await caller.send('PUT', `/api/admin/users/${String(body['id'])}/password`, { password })).status).toBe(204)
}

/** The link behind the button of the next mail to this address, and what the mail says. */
async function mailTo(email: string): Promise<{ readonly link: string; readonly subject: string }> {
  const { parsed } = await inbox.next(email)
  const html = parsed.html || ''
  const link = /href="([^"]+)"/.exec(html)?.[1] ?? ''
  expect(parsed.text).toContain(link)
  expect(link.startsWith(`${server.url}/auth/`)).toBe(true)
  return { link, subject: parsed.subject ?? '' }
}

/** Opens a link as whoever clicks it in the mail, does something, and sees that the browser complained of nothing. */
async function open(
  link: string,
  act: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    await page.goto(link)
    // No history keeps the secret.
    expect(page.url()).not.toContain('token')
    await act(page)
    expect(complaints.filter((each) => !each.includes('status of 40'))).toEqual([])
  } finally {
    await context.close()
  }
}

const done = async (page: Page, text: string | RegExp): Promise<void> => {
  const shown = page.locator('#done')
  await shown.waitFor({ state: 'visible' })
  expect(await shown.innerText()).toMatch(text)
  if (pictures !== undefined)
    await page.screenshot({ path: `${pictures}/done-${new URL(page.url()).pathname.slice(6)}.png` })
}
/** What the page says is wrong. */
const told = (page: Page, text: string): Promise<void> =>
  expect.poll(() => page.getByRole('alert').innerText(), { timeout: 30_000 }).toMatch(text)
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

/** Who the browser is signed in as, by its cookies. */
const me = (page: Page): Promise<Record<string, unknown>> =>
  page.evaluate(`fetch('/api/auth/me').then((answer) => answer.json())`)

test('who signs up confirms it with their password, and is signed in in that browser', async () => {
  const email = 'new@example.com'
  expect((await post('/api/auth/sign-up', { email, password, ...more })).status).toBe(202)
  const { link } = await mailTo(email)
  await open(link, async (page) => {
    await page.getByLabel('Password').fill('something else entirely')
    await press(page, 'Finish the registration')
    await told(page, 'password is not right')
    await page.getByLabel('Password').fill(password)
    await press(page, 'Finish the registration')
    await done(page, /signed in as new@example\.com/)
    expect(await me(page)).toMatchObject({ email, verified: true })
  })
})

test('an address is verified by a button, not by opening the link', async () => {
  const email = 'verify@example.com'
  await makeUser(email)
  await post('/api/auth/verify-email/request', { email })
  const { link } = await mailTo(email)
  const { accessToken } = (await signIn(email)).body
  const verified = async () => (await callerOf(server.url, String(accessToken)).get('/api/auth/me')).body['verified']
  await open(link, async (page) => {
    await page.getByRole('heading', { name: 'Confirm your e-mail address' }).waitFor()
    expect(await verified()).toBe(false)
    await press(page, 'Confirm the address')
    await done(page, 'Your address is confirmed')
  })
  expect(await verified()).toBe(true)
  await open(link, async (page) => {
    await press(page, 'Confirm the address')
    await told(page, 'was used already')
  })
})

test('a link signs in the browser that opens it', async () => {
  const email = 'magic@example.com'
  await makeUser(email)
  await post('/api/auth/magic-link', { email })
  await open((await mailTo(email)).link, async (page) => {
    await press(page, 'Sign in')
    await done(page, /signed in as magic@example\.com/)
    expect(await me(page)).toMatchObject({ email, verified: true })
  })
})

test('who has forgotten their password chooses another', async () => {
  const email = 'reset@example.com'
  await makeUser(email)
  await post('/api/auth/reset', { email })
  await open((await mailTo(email)).link, async (page) => {
    await page.getByLabel('New password').fill('password123')
    await press(page, 'Save the password')
    await told(page, 'Choose another')
    await page.getByLabel('New password').fill('a better one than before')
    await press(page, 'Save the password')
    await done(page, 'Your password is changed')
  })
  expect((await signIn(email)).status).toBe(401)
  expect((await signIn(email, 'a better one than before')).status).toBe(200)
})

test('an address is changed by who reads the new one, and both are told', async () => {
  await makeUser('before@example.com')
  const token = String((await signIn('before@example.com')).body['accessToken'])
  expect((await post('/api/auth/email', { email: 'after@example.com', password }, token)).status).toBe(202)
  expect((await inbox.next('before@example.com')).parsed.text).toContain('after@example.com')
  await open((await mailTo('after@example.com')).link, async (page) => {
    await press(page, 'Use this address')
    await done(page, 'Your address is changed')
  })
  expect((await signIn('before@example.com')).status).toBe(401)
  expect((await signIn('after@example.com')).status).toBe(200)
  for (const email of ['before@example.com', 'after@example.com'])
    expect((await inbox.next(email)).parsed.text).toContain('after@example.com')
})

test('who is invited gives what every user must have, and is signed in', async () => {
  const email = 'guest@example.com'
  expect((await post('/api/admin/invites', { email, roles: [] }, adminToken)).status).toBe(201)
  await open((await mailTo(email)).link, async (page) => {
    await page.getByLabel('Your <name>').fill('Grace')
    await page.getByLabel('born').fill('1906-12-09')
    await page.getByLabel('size').selectOption('large')
    await page.getByLabel('New password').fill(password)
    await press(page, 'Create my account')
    await done(page, /signed in as guest@example\.com/)
    const { id } = await me(page)
    const record = await callerOf(server.url, adminToken).get(`/api/records/users/${String(id)}`)
    expect(record.body).toMatchObject({ name: 'Grace', born: '1906-12-09', size: 'large' })
  })
})

test('whose browser speaks German reads German, in mails, pages and what goes wrong', async () => {
  const email = 'liese@example.com'
  await makeUser(email)
  await post('/api/auth/reset', { email }, undefined, 'de-AT,de;q=0.9')
  const { link, subject } = await mailTo(email)
  expect(subject).toContain('Passwort')
  await open(
    link,
    async (page) => {
      expect(await page.locator('html').getAttribute('lang')).toBe('de')
      await page.getByLabel('Neues Passwort').fill('password123')
      await press(page, 'Passwort speichern')
      await told(page, 'Wählen Sie ein anderes')
      await page.getByLabel('Neues Passwort').fill('ein besseres als vorher')
      await press(page, 'Passwort speichern')
      await done(page, 'Ihr Passwort ist geändert')
    },
    { locale: 'de-AT' },
  )
  expect((await inbox.next(email)).parsed.subject).toContain('Passwort')
  const token = String(
    (await post('/api/auth/sign-in', { email, password: 'ein besseres als vorher' }, undefined, 'de')).body[
      'accessToken'
    ],
  )
  // What they change themselves is told in the language of their browser, what an admin changes in the one they read.
  await post('/api/auth/password', { current: 'ein besseres als vorher', new: password }, token, 'de')
  expect((await inbox.next(email)).parsed.subject).toMatch(/Passwort/)
  const { id } = (await callerOf(server.url, token).get('/api/auth/me')).body
  await callerOf(server.url, adminToken).send('PUT', `/api/admin/users/${String(id)}/password`, {
    password: 'what the admin has chosen',
  })
  expect((await inbox.next(email)).parsed.subject).toMatch(/Passwort/)
})

const looks = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['narrow', { viewport: { width: 360, height: 700 }, colorScheme: 'light' }],
  ['narrow-dark-german', { viewport: { width: 360, height: 700 }, colorScheme: 'dark', locale: 'de-DE' }],
] as const

const pages = ['sign-up', 'verify-email', 'magic-link', 'reset', 'change-email', 'invite']

test.each(looks)('the pages fit when they are %s, and say when a link is broken', async (look, options) => {
  const act = async (page: Page): Promise<void> => {
    for (const name of pages) {
      await page.goto(`${server.url}/auth/${name}`)
      expect(await page.getByRole('alert').innerText()).not.toBe('')
      expect(await page.locator('#send').isDisabled()).toBe(true)
      const sideways = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
      expect([name, sideways]).toEqual([name, false])
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}-${look}.png`, fullPage: true })
    }
  }
  await open(`${server.url}/auth/reset`, act, options)
})
