import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ensureDebianPackage } from '../scripts/debian-package.mjs'
import { codeOf } from '../server/test/auth/code-of.ts'
import { callerOf } from './support/api.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let browser: Browser
let context: BrowserContext
let page: Page
let devtools: CDPSession
let authenticatorId: string

beforeAll(async () => {
  if (!(await ensureDebianPackage('chromium'))) throw new Error('This test needs Chromium: install it, or run as root.')
  // Passkeys are for names, and browsers take this one without https.
  server = await startServerProcess({ env: { HOST: 'localhost' } })
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 360, height: 740 } })
  page = await context.newPage()
  devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  authenticatorId = await addAuthenticator(true)
})
afterEach(() => context?.close())

/** https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
async function addAuthenticator(isUserVerified: boolean): Promise<string> {
  const added = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  })
  return added.authenticatorId
}

interface Given {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Asks as a page of Plinth does, with its cookies. */
const ask = (method: string, path: string, body?: unknown): Promise<Given> =>
  page.evaluate(`(async () => {
    const answer = await fetch('${path}', {
      method: '${method}',
      headers: { 'Content-Type': 'application/json' },
      body: ${body === undefined ? 'undefined' : JSON.stringify(JSON.stringify(body))},
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
  })()`)

/** Has the browser make a passkey, or use one, as the guide says. */
const credential = (kind: 'create' | 'get', options: unknown): Promise<unknown> =>
  page.evaluate(`(async () => {
    const parse = PublicKeyCredential.parse${kind === 'create' ? 'Creation' : 'Request'}OptionsFromJSON
    const made = await navigator.credentials.${kind}({ publicKey: parse(${JSON.stringify(options)}) })
    return made.toJSON()
  })()`)

let adminCaller: ReturnType<typeof callerOf> | undefined
/** Signed in once: tries are counted. */
async function asAdmin(): Promise<ReturnType<typeof callerOf>> {
  if (adminCaller !== undefined) return adminCaller
  const { body } = await callerOf(server.url, null).send('POST', '/api/auth/sign-in', admin)
  return (adminCaller = callerOf(server.url, String(body['accessToken'])))
}

let users = 0
/** A new user, signed in on the page by cookies. */
async function newUser(): Promise<string> {
  const email = `user${++users}@example.com`
  const password = 'correct horse battery'
  const { send } = await asAdmin()
  const { body } = await send('POST', '/api/records/users', { email })
  const given = await send('PUT', `/api/admin/users/${String(body['id'])}/password`, { password })
  expect(given.status).toBe(204)
  await page.goto(`${server.url}/auth/magic-link`)
  expect((await ask('POST', '/api/auth/sign-in', { email, password, session: 'cookie' })).status).toBe(200)
  return email
}

async function addPasskey(): Promise<void> {
  const { body } = await ask('POST', '/api/auth/passkeys/register/options')
  const passkey = await credential('create', body['options'])
  const added = await ask('POST', '/api/auth/passkeys/register', { passkey, name: 'This browser' })
  expect([added.status, added.body['code']]).toEqual([201, undefined])
}

type LinkMail = 'magicLink' | 'verifyEmail'

const linkIn = (text: string | null): string | undefined => /http\S+#token=\S+/.exec(text ?? '')?.[0]

/** The links in mails to this address, the newest first; mails are kept in the outbox. */
async function linksTo(email: string, template: LinkMail): Promise<readonly string[]> {
  const { get } = await asAdmin()
  const { items } = (await get('/api/admin/outbox')).body
  const mails: readonly { to: string; template: string; text: string | null }[] = Array.isArray(items) ? items : []
  return mails
    .filter((each) => each.to === email && each.template === template)
    .flatMap(({ text }) => linkIn(text) ?? [])
}

/** Asks for a mail, and waits for its link. */
async function askForLink(email: string, template: LinkMail, path: string): Promise<string> {
  const before = (await linksTo(email, template)).length
  expect((await ask('POST', path, { email })).status).toBe(202)
  await expect.poll(async () => (await linksTo(email, template)).length, { timeout: 30_000 }).toBe(before + 1)
  const [link = ''] = await linksTo(email, template)
  return link
}

/** Opens the link of a mail, in a page of its own as mail programs do. */
async function openLink(email: string): Promise<void> {
  const link = await askForLink(email, 'magicLink', '/api/auth/magic-link')
  await page.goto('about:blank')
  await page.goto(link)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Whoever comes by mail to an account whose address nobody has proven gets it without its factors. */
async function verify(email: string): Promise<void> {
  const link = await askForLink(email, 'verifyEmail', '/api/auth/verify-email/request')
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token')
  expect((await ask('POST', '/api/auth/verify-email', { token })).status).toBe(204)
}

it('a browser makes a passkey, and signs in with it without an address', async () => {
  const email = await newUser()
  await addPasskey()
  const { body } = await ask('GET', '/api/auth/factors')
  expect(body).toMatchObject({ items: [{ kind: 'passkey', name: 'This browser', backedUp: true }], recoveryCodes: 10 })
  expect((await ask('POST', '/api/auth/sign-out')).status).toBe(204)
  const asked = await ask('POST', '/api/auth/passkeys/sign-in/options')
  const passkey = await credential('get', asked.body['options'])
  const signedIn = await ask('POST', '/api/auth/passkeys/sign-in', { passkey, session: 'cookie' })
  expect(signedIn.body).toMatchObject({ user: { email } })
  expect((await ask('GET', '/api/auth/me')).body).toMatchObject({ email })
  // What was signed once signs nobody in again.
  expect((await ask('POST', '/api/auth/passkeys/sign-in', { passkey })).body['code']).toBe('passkeyInvalid')
})

it('an authenticator whose user is not verified does not sign in by itself', async () => {
  await newUser()
  await addPasskey()
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  const { body } = await ask('POST', '/api/auth/passkeys/sign-in/options')
  await expect(credential('get', body['options'])).rejects.toThrow('NotAllowedError')
})

it('a page of another site gets no passkey for this one', async () => {
  await newUser()
  await addPasskey()
  const { body } = await ask('POST', '/api/auth/passkeys/sign-in/options')
  await page.goto(`${server.url.replace('localhost', '127.0.0.1')}/auth/magic-link`)
  await expect(credential('get', body['options'])).rejects.toThrow('SecurityError')
})

it('the page behind a link asks for the passkey, and signs in without a reload', async () => {
  const email = await newUser()
  await addPasskey()
  await verify(email)
  await ask('POST', '/api/auth/sign-out')
  await openLink(email)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByText(`You are signed in as ${email}`).waitFor()
  expect((await ask('GET', '/api/auth/me')).body).toMatchObject({ email })
})

it('the page behind a link asks for the code, says when it is wrong, and signs in', async () => {
  const email = await newUser()
  await verify(email)
  const { body } = await ask('POST', '/api/auth/factors/totp', {})
  const secret = String(body['secret'])
  const confirm = `/api/auth/factors/totp/${String(body['id'])}/confirm`
  const confirmed = await ask('POST', confirm, { code: codeOf(secret) })
  const [recoveryCode] = Array.isArray(confirmed.body['recoveryCodes']) ? confirmed.body['recoveryCodes'] : []
  await ask('POST', '/api/auth/sign-out')

  await openLink(email)
  const code = page.getByRole('textbox', { name: 'Code' })
  const send = page.getByRole('button', { name: 'Sign in' })
  const done = page.getByText(`You are signed in as ${email}`)
  await code.fill('zzzz-zzzz-zzzz-zzzz')
  await send.click()
  await page.getByRole('alert').filter({ hasText: 'not right' }).waitFor()
  expect(await page.getByRole('button', { name: 'Use a passkey' }).isVisible()).toBe(false)
  await code.fill(recoveryCode)
  await send.click()
  await done.waitFor()

  await ask('POST', '/api/auth/sign-out')
  await openLink(email)
  // With a space, as apps show them.
  await code.fill(codeOf(secret, 1).replace(/^.../, '$& '))
  await send.click()
  await done.waitFor()
})
