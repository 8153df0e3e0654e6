import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  clientId,
  clientSecret,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../server/test/providers/openid-provider.ts'
import { bundle } from './support/bundle.ts'
import { signIn } from './support/api.ts'
import { launchChromium } from './support/chromium.ts'
import { type PageServer, startPageServer } from './support/page-server.ts'
import type { SdkPage } from './support/sdk-in-browser.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'
import { admin } from './support/server-process.ts'

declare const sdk: SdkPage

let pages: PageServer
let origin: string
let server: ServerOnTemplate
let provider: OpenIdProvider
let browser: Browser

beforeAll(async () => {
  const script = await bundle(fileURLToPath(new URL('support/sdk-in-browser.ts', import.meta.url)))
  pages = await startPageServer(() => script)
  // Passkeys are for names, and browsers take this one without https.
  origin = pages.origin.replace('127.0.0.1', 'localhost')
  server = await startServerOnTemplate({
    PLINTH_CORS_ORIGINS: origin,
    PLINTH_REDIRECT_URLS: `${origin}/`,
    PLINTH_PRIVATE_PROVIDERS: 'on',
    PLINTH_REGISTRATION: 'open',
    HOST: 'localhost',
  })
  provider = await startOpenIdProvider(`${server.url}/api/auth/providers/corp/callback`, 'localhost')
  const { send } = await signIn(server.url, admin)
  const corp = { issuer: provider.issuer, clientId, clientSecret, label: 'Corp' }
  expect((await send('PUT', '/api/admin/providers/corp', corp)).status).toBe(201)
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await provider?.stop()
  await server?.remove()
  await pages?.stop()
})

async function openPage(): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(origin)
  await page.waitForFunction(() => 'sdk' in globalThis)
  return page
}

/** Signs in at the provider, agrees, and comes back. */
async function agree(page: Page, login: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/interaction/**`)
  await page.locator('[name=login]').fill(login)
  await page.locator('[name=password]').fill('any')
  await page.locator('[type=submit]').click()
  await page.locator('[name=prompt][value=consent]').waitFor({ state: 'attached' })
  await page.locator('[type=submit]').click()
  await page.waitForURL(`${origin}/?code=*`)
  await page.waitForFunction(() => 'sdk' in globalThis)
}

/** Sends the page to the provider, with what it needs to come back. */
const leaveFor = (page: Page, name: string, link: boolean): Promise<void> =>
  page.evaluate(
    async ([url, service, redirectTo, isLink]) => {
      const db = sdk.createClient(url)
      const { url: next, verifier } = await db.auth.providers.start(service, { redirectTo, link: isLink })
      sessionStorage.setItem('verifier', verifier ?? '')
      setTimeout(() => location.assign(next))
    },
    [server.url, name, `${origin}/`, link] as const,
  )

/** Ends what `leaveFor` has begun; answers who is signed in by it. */
const comeBack = (page: Page): Promise<string | null> =>
  page.evaluate(async (url) => {
    const db = sdk.createClient(url)
    const user = await db.auth.providers.exchange(location.href, sessionStorage.getItem('verifier'))
    return user?.email ?? null
  }, server.url)

it('the client signs in with an OpenID provider, and lists and unlinks what it was', async () => {
  const page = await openPage()
  const listed = await page.evaluate((url) => sdk.createClient(url).auth.providers.list(), server.url)
  expect(listed.map(({ name }) => name)).toEqual(['corp'])
  await leaveFor(page, 'corp', false)
  await agree(page, 'ada')
  expect(await comeBack(page)).toBe('ada@example.org')
  const seen = await page.evaluate(async (url) => {
    const db = sdk.createClient(url)
    const identities = await db.auth.identities.list()
    const last = await db.auth.identities.unlink(identities[0]?.id ?? '').catch(({ code }) => code)
    const denied = await db.auth.providers
      .exchange(`${location.origin}/?error=providerDenied`)
      .catch(({ code }) => code)
    return { me: (await db.auth.me()).email, by: identities[0]?.provider, last, denied }
  }, server.url)
  expect(seen).toEqual({
    me: 'ada@example.org',
    by: 'corp',
    last: 'lastWayIn',
    denied: 'providerDenied',
  })
  await page.context().close()
})

it('who is signed in adds a provider as a further way in, comes in by it, and takes it away', async () => {
  const page = await openPage()
  const { send } = await signIn(server.url, admin)
  const email = 'grace@example.com'
  const password = 'correct horse battery'
  const { body } = await send('POST', '/api/records/users', { email })
  expect((await send('PUT', `/api/admin/users/${String(body['id'])}/password`, { password })).status).toBe(204)
  await page.evaluate(([url, own]) => sdk.createClient(url).auth.signIn(own), [
    server.url,
    { email, password },
  ] as const)
  await leaveFor(page, 'corp', true)
  await agree(page, 'grace-at-work')
  // Nobody has signed in by it: she was there before, and still is.
  expect(await comeBack(page)).toBeNull()
  const me = () => page.evaluate(async (url) => (await sdk.createClient(url).auth.me()).email, server.url)
  expect(await me()).toBe(email)
  await page.evaluate((url) => sdk.createClient(url).auth.signOut(), server.url)

  await page.context().clearCookies()
  await leaveFor(page, 'corp', false)
  await agree(page, 'grace-at-work')
  expect(await comeBack(page)).toBe(email)
  const left = await page.evaluate(async (url) => {
    const { identities } = sdk.createClient(url).auth
    const [identity] = await identities.list()
    await identities.unlink(identity?.id ?? '')
    return [identity?.email, await identities.list()]
  }, server.url)
  expect(left).toEqual(['grace-at-work@example.org', []])
  await page.context().close()
})

it('the client registers a passkey in a browser, signs in with it, and shows it as a second factor', async () => {
  const page = await openPage()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const seen = await page.evaluate(
    async ([url, credentials]) => {
      const db = sdk.createClient(url)
      await db.auth.signIn(credentials)
      const use = async ({ options }: { readonly options: unknown }): Promise<unknown> => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
          options as PublicKeyCredentialRequestOptionsJSON,
        )
        return ((await navigator.credentials.get({ publicKey })) as PublicKeyCredential).toJSON()
      }
      const asked = await db.auth.passkeys.registerOptions()
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
        asked.options as PublicKeyCredentialCreationOptionsJSON,
      )
      const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
      const { recoveryCodes } = await db.auth.passkeys.register(made.toJSON(), 'This browser')
      await db.auth.signOut()
      const user = await db.auth.passkeys.signIn(await use(await db.auth.passkeys.signInOptions()))
      await db.auth.signOut()
      const ticket = await db.auth.signIn(credentials).then(
        () => '',
        (error: { details: { ticket: string } }) => error.details.ticket,
      )
      const passkey = await use(await db.auth.factorOptions(ticket))
      const again = await db.auth.signInWithFactor(ticket, { passkey })
      await db.auth.stepUp({ passkey: await use(await db.auth.stepUpOptions()) })
      const { items } = await db.auth.factors.list()
      const factors = items.map(({ kind, name }) => `${kind} ${name}`)
      return { email: user.email, again: again.email, codes: recoveryCodes?.length, factors }
    },
    [server.url, admin] as const,
  )
  expect(seen).toEqual({
    email: admin.email,
    again: admin.email,
    codes: expect.any(Number),
    factors: ['passkey This browser'],
  })
  await page.context().close()
})
