import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureDebianPackage } from '../scripts/debian-package.mjs'
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
  await page.getByText('As ada@example.org.').waitFor()
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
