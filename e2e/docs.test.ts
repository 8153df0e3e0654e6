import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyField } from '../server/test/http/every-field.ts'
import { callerOf } from './support/api.ts'
import { launchChromium } from './support/chromium.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let browser: Browser
let token: string

beforeAll(async () => {
  server = await startServerProcess()
  browser = await launchChromium()
  const { body } = await callerOf(server.url, null).send('POST', '/api/auth/sign-in', admin)
  token = String(body['accessToken'])
  const { send, get } = callerOf(server.url, token)
  const { version } = (await get('/api/schema')).body
  const applied = await send('POST', '/api/schema/apply', { schema: { version, ...everyField }, base: version })
  expect(applied.status).toBe(200)
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
})

interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained of, such as anything the page's policy forbids. */
  readonly complaints: readonly string[]
  /** Where requests went. */
  readonly origins: ReadonlySet<string>
}

/** Opens the reference in a fresh profile. */
async function visit(): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  context.on('request', (request) => origins.add(new URL(request.url()).origin))
  await page.goto(`${server.url}/docs`)
  return { page, context, complaints, origins }
}

const navigation = (page: Page) => page.locator('aside').first()

async function showAsOwnerOf(given: string, page: Page): Promise<void> {
  await page.getByLabel('Access token or API key').fill(given)
  await page.getByRole('button', { name: 'Show as its owner' }).click()
}

it('a guest sees what a guest may do; the browser complains of nothing and asks nobody else', async () => {
  const { page, complaints, origins } = await visit()
  await page.getByText('What a guest may do.').waitFor()
  await page.getByRole('heading', { name: 'Plinth', exact: true }).waitFor()
  const contents = await navigation(page).innerText()
  expect(contents).toContain('Posts')
  expect(contents).not.toContain('vault')
  expect(contents).not.toContain('Administration')
  expect(complaints).toEqual([])
  expect([...origins]).toEqual([server.url])
})

it("the owner of a token sees their own part, can try it out, and takes the token's traces along", async () => {
  const { page, context, complaints, origins } = await visit()
  await showAsOwnerOf(token, page)
  await page.getByText('What the owner of your token may do.').waitFor()
  await navigation(page).getByRole('link', { name: 'Administration' }).waitFor()
  expect(await navigation(page).innerText()).toContain('vault')
  await page.goto(`${server.url}/docs#tag/vault/GET/api/records/vault`)
  await page
    .getByRole('button', { name: /Test Request/ })
    .first()
    .click()
  const answer = page.waitForResponse((response) => response.url().startsWith(`${server.url}/api/records/vault`))
  await page.getByRole('button', { name: /^Send/ }).first().click()
  expect((await answer).status()).toBe(200)
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(token)
  expect(await context.cookies()).toEqual([])
  expect(complaints).toEqual([])
  expect([...origins]).toEqual([server.url])
})

it('a token that is not valid is forgotten, and the page says so', async () => {
  const { page } = await visit()
  await showAsOwnerOf('plk_gone', page)
  await page.getByText('Your token is not valid, or has expired. This is what a guest may do.').waitFor()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
})
