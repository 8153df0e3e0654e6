import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureDebianPackage } from '../scripts/debian-package.mjs'
import { codeOf } from '../server/test/auth/code-of.ts'
import {
  clientId,
  clientSecret,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../server/test/providers/openid-provider.ts'
import { bodyOf, newBrowser } from '../server/test/providers/browser.ts'
import { callerOf } from './support/api.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let provider: OpenIdProvider
let browser: Browser

beforeAll(async () => {
  if (!(await ensureDebianPackage('chromium'))) throw new Error('This test needs Chromium: install it, or run as root.')
  server = await startServerProcess({ env: { PLINTH_PRIVATE_PROVIDERS: 'on', PLINTH_REGISTRATION: 'open' } })
  // Another site than the server's, so that the browser holds cookies back as it does between real ones.
  provider = await startOpenIdProvider(`${server.url}/api/auth/providers/corp/callback`, 'localhost')
  const { body } = await callerOf(server.url, null).send('POST', '/api/auth/sign-in', admin)
  const corp = { issuer: provider.issuer, clientId, clientSecret, label: 'Corp' }
  const made = await callerOf(server.url, String(body['accessToken'])).send('PUT', '/api/admin/providers/corp', corp)
  expect(made.status).toBe(201)
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
})

afterAll(async () => {
  await browser?.close()
  await provider?.stop()
  await server?.remove()
})

/** Goes to the provider, as a page of the app sends people there. */
async function begin(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${server.url}/setup`)
  const url = await page.evaluate(async (redirectTo) => {
    const answer = await fetch('/api/auth/providers/corp/start', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ redirectTo, session: 'cookie' }),
    })
    return JSON.parse(await answer.text()).url
  }, `${server.url}/auth/signed-in`)
  await page.evaluate(`location.href = ${JSON.stringify(url)}`)
  await page.waitForURL(`${provider.issuer}/interaction/**`)
  return page
}

async function agree(page: Page, login: string): Promise<void> {
  await page.locator('[name=login]').fill(login)
  await page.locator('[name=password]').fill('any')
  await page.locator('[type=submit]').click()
  await page.locator('[name=prompt][value=consent]').waitFor({ state: 'attached' })
  await page.locator('[type=submit]').click()
}

it('a person signs in with an OpenID provider in a real browser, and keeps the session in cookies', async () => {
  const context = await browser.newContext()
  const page = await begin(context)
  await agree(page, 'ada')
  await page.getByText('You are signed in as ada@example.org').waitFor()
  expect(page.url()).toBe(`${server.url}/auth/signed-in`)
  const cookies = (await context.cookies(`${server.url}/api/`)).filter(({ name }) => name.startsWith('plinth_'))
  expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]).toSorted()).toEqual([
    ['plinth_access', true, 'Lax'],
    ['plinth_provider', true, 'Lax'],
    ['plinth_refresh', true, 'Lax'],
  ])
  const later = await context.newPage()
  await later.goto(`${server.url}/api/auth/identities`)
  expect(await later.textContent('body')).toContain('"provider":"corp"')
  await context.close()
})

/** What the page that people come back to looks like: pictures of it go to a folder, for people to look at. */
const pictures = process.env['PLINTH_PICTURES']
const picture = (page: Page, name: string): Promise<unknown> =>
  pictures === undefined ? Promise.resolve() : page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })

const looks: readonly [string, BrowserContextOptions][] = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['narrow-dark-german', { viewport: { width: 360, height: 700 }, colorScheme: 'dark', locale: 'de-DE' }],
]

it.each(looks)('a person with a second factor shows it on the page they come back to (%s)', async (look, options) => {
  const german = options.locale === 'de-DE'
  const context = await browser.newContext(options)
  const page = await begin(context)
  await agree(page, `second-${look}`)
  await page.locator('#done').waitFor()
  const added = await page.evaluate(`(async () => {
    const post = async (path, body = {}) => (await fetch('/api/auth/factors/totp' + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })).json()
    window.app = await post('')
    return window.app
  })()`)
  const { id, secret } = Object(added)
  const confirmed = await page.evaluate(`fetch('/api/auth/factors/totp/${id}/confirm', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code: '${codeOf(secret)}' }),
  }).then((answer) => answer.json())`)
  const [recoveryCode] = Object(confirmed).recoveryCodes
  await context.clearCookies()

  const again = await begin(context)
  await agree(again, `second-${look}`)
  await again.getByRole('heading', { name: german ? 'Noch ein Schritt' : 'One more step' }).waitFor()
  expect(again.url()).toBe(`${server.url}/auth/signed-in`)
  expect(await again.locator('html').getAttribute('lang')).toBe(german ? 'de' : 'en')
  await picture(again, `signed-in-second-${look}`)
  await again.getByLabel('Code').fill('000000')
  await again.getByRole('button', { name: german ? 'Anmelden' : 'Sign in' }).click()
  await again.getByText(german ? 'Dieser Code oder Passkey stimmt nicht' : 'is not right').waitFor()
  await again.getByLabel('Code').fill(recoveryCode)
  await again.getByRole('button', { name: german ? 'Anmelden' : 'Sign in' }).click()
  await again.locator('#done').waitFor()
  expect(await again.locator('#done').innerText()).toContain(`second-${look}@example.org`)
  expect(await again.evaluate('document.documentElement.scrollWidth > window.innerWidth')).toBe(false)
  await picture(again, `signed-in-done-${look}`)
  await context.close()
})

it('whose browser speaks German reads German when it fails, whether it is their own sign-in or a stranger’s', async () => {
  const context = await browser.newContext({ locale: 'de-AT', viewport: { width: 360, height: 700 } })
  const page = await begin(context)
  await page.getByRole('link', { name: /cancel/i }).click()
  await page.getByText('Sie haben beim Anbieter nicht zugestimmt').waitFor()
  await picture(page, 'signed-in-refused-german')
  const answer = await page.goto(`${server.url}/api/auth/providers/corp/callback?state=unknown&code=x`)
  expect(answer?.status()).toBe(400)
  await page.getByText('Diese Anmeldung ist abgelaufen').waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await picture(page, 'problem-german')
  await context.close()
})

it('a person who changes their mind is told so', async () => {
  const context = await browser.newContext()
  const page = await begin(context)
  await page.getByRole('link', { name: /cancel/i }).click()
  await page.getByText('You have not agreed at the provider').waitFor()
  expect(page.url()).toBe(`${server.url}/auth/signed-in`)
  await context.close()
})

it('a link that finishes another’s sign-in signs nobody in', async () => {
  const attacker = newBrowser()
  const begun = await attacker.open(`${server.url}/api/auth/providers/corp/start`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
    body: JSON.stringify({ redirectTo: `${server.url}/auth/signed-in`, session: 'cookie' }),
  })
  const caught = await provider.visit(attacker, (await bodyOf(begun)).url, 'mallory')
  const context = await browser.newContext()
  const page = await context.newPage()
  const answer = await page.goto(caught)
  expect(answer?.status()).toBe(400)
  await page.getByText('was begun in another browser').waitFor()
  expect((await context.cookies()).map(({ name }) => name)).toEqual([])
  await context.close()
})
