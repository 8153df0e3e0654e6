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

it('the client signs in with an OpenID provider, and lists and unlinks what it was', async () => {
  const page = await openPage()
  const names = await page.evaluate(
    async ([url, redirectTo]) => {
      const db = sdk.createClient(url)
      const listed = await db.auth.providers.list()
      const { url: next, verifier } = await db.auth.providers.start('corp', { redirectTo })
      sessionStorage.setItem('verifier', verifier ?? '')
      setTimeout(() => location.assign(next))
      return listed.map(({ name }) => name)
    },
    [server.url, `${origin}/`] as const,
  )
  expect(names).toEqual(['corp'])
  await page.waitForURL(`${provider.issuer}/interaction/**`)
  await page.locator('[name=login]').fill('ada')
  await page.locator('[name=password]').fill('any')
  await page.locator('[type=submit]').click()
  await page.locator('[name=prompt][value=consent]').waitFor({ state: 'attached' })
  await page.locator('[type=submit]').click()
  await page.waitForURL(`${origin}/?code=*`)
  await page.waitForFunction(() => 'sdk' in globalThis)
  const seen = await page.evaluate(async (url) => {
    const db = sdk.createClient(url)
    const user = await db.auth.providers.exchange(location.href, sessionStorage.getItem('verifier'))
    const identities = await db.auth.identities.list()
    const last = await db.auth.identities.unlink(identities[0]?.id ?? '').catch(({ code }) => code)
    const denied = await db.auth.providers
      .exchange(`${location.origin}/?error=providerDenied`)
      .catch(({ code }) => code)
    return { email: user?.email, me: (await db.auth.me()).email, by: identities[0]?.provider, last, denied }
  }, server.url)
  expect(seen).toEqual({
    email: 'ada@example.org',
    me: 'ada@example.org',
    by: 'corp',
    last: 'lastWayIn',
    denied: 'providerDenied',
  })
  await page.context().close()
})

it('the client registers a passkey in a browser, and signs in with it', async () => {
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
      const asked = await db.auth.passkeys.registerOptions()
      const creation = PublicKeyCredential.parseCreationOptionsFromJSON(
        asked.options as PublicKeyCredentialCreationOptionsJSON,
      )
      const made = (await navigator.credentials.create({ publicKey: creation })) as PublicKeyCredential
      const { recoveryCodes } = await db.auth.passkeys.register(made.toJSON(), 'This browser')
      await db.auth.signOut()
      const wanted = await db.auth.passkeys.signInOptions()
      const request = PublicKeyCredential.parseRequestOptionsFromJSON(
        wanted.options as PublicKeyCredentialRequestOptionsJSON,
      )
      const used = (await navigator.credentials.get({ publicKey: request })) as PublicKeyCredential
      const user = await db.auth.passkeys.signIn(used.toJSON())
      return { email: user.email, codes: recoveryCodes?.length, me: (await db.auth.me()).email }
    },
    [server.url, admin] as const,
  )
  expect(seen).toEqual({ email: admin.email, codes: expect.any(Number), me: admin.email })
  await page.context().close()
})
