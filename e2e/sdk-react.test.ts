import { fileURLToPath } from 'node:url'
import { cookieStorage, createClient } from '@plinth/sdk'
import { listOf } from '@plinth/sdk/react'
import { dehydrate, QueryClient } from '@tanstack/react-query'
import type { Browser, Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { World } from '../sdk/test/suite/check.ts'
import { bundle } from './support/bundle.ts'
import { launchChromium } from './support/chromium.ts'
import { type PageServer, type Rendered, startPageServer } from './support/page-server.ts'
import { type AppClient, RenderedPosts, shown } from './support/react-app.ts'
import type { ReactPage } from './support/react-in-browser.ts'
import { makeSdkWorld, sdkSettings } from './support/sdk-world.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'

declare const app: ReactPage

let pages: PageServer
let server: ServerOnTemplate
let browser: Browser
let world: World
let db: AppClient

beforeAll(async () => {
  const script = await bundle(fileURLToPath(new URL('support/react-in-browser.ts', import.meta.url)))
  pages = await startPageServer(() => script, render)
  server = await startServerOnTemplate({ ...sdkSettings, PLINTH_CORS_ORIGINS: pages.origin })
  world = await makeSdkWorld(server)
  browser = await launchChromium()
  db = createClient(world.url, { token: world.key })
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await pages?.stop()
})

beforeEach(async () => {
  await db.posts.deleteMany(true)
  const author = await db.users.first({ select: ['id'] })
  await db.posts.create(['one', 'two'].map((title) => ({ title, author: author?.id ?? '' })))
})

async function openApp(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(pages.origin)
  await page.waitForFunction(() => 'app' in globalThis)
  await page.evaluate(({ url, admin }) => app.start(url, admin), world)
  await page.getByText('one: 0').waitFor()
  return page
}

const titles = async (page: Page): Promise<readonly string[]> => {
  const texts = await page.locator('article').allInnerTexts()
  return texts.map((text) => text.slice(0, text.indexOf('like')).trim())
}

/** Keeps writes from the server until `let go` is called, so that what is shown meanwhile can be seen. */
async function holdWrites(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/api/records/**', async (route) => {
    if (route.request().method() !== 'GET') await promise
    await route.continue()
  })
  return resolve
}

it('what a write changes is shown before the server has answered, and stays', async () => {
  const page = await openApp()
  const letGo = await holdWrites(page)
  await page.getByRole('button', { name: 'like one' }).click()
  await page.getByText('one: 1').waitFor()
  await page.getByRole('button', { name: 'remove two' }).click()
  await expect.poll(() => titles(page)).toEqual(['one: 1'])
  expect((await db.posts.list({ where: { views: 0 } })).items.length).toBe(2)
  letGo()
  await expect.poll(async () => (await db.posts.list({ select: ['views'] })).items).toEqual([{ views: 1 }])
  expect(await titles(page)).toEqual(['one: 1'])
  await page.close()
})

it('what the server refuses is taken back, and said: nobody has to catch it', async () => {
  const page = await openApp()
  const uncaught: string[] = []
  page.on('pageerror', ({ message }) => uncaught.push(message))
  const letGo = await holdWrites(page)
  await page.getByRole('button', { name: 'break one' }).click()
  await page.getByText('xxxx').first().waitFor()
  letGo()
  await page.getByText('one: 0').waitFor()
  await expect.poll(() => page.locator('#error').innerText()).toBe('invalidBody')
  expect(uncaught).toEqual([])
  await page.close()
})

it('who signs out is a guest at once, and what they saw is gone', async () => {
  const page = await openApp()
  await page.getByRole('button', { name: world.admin.email }).click()
  await page.getByRole('button', { name: 'a guest' }).waitFor()
  await expect.poll(() => page.locator('article').count()).toBe(0)
  await page.close()
})

/** Renders the page as the one who asks for it, whose session is in their cookie. */
async function render(cookies: string): Promise<Rendered> {
  const set: string[] = []
  const storage = cookieStorage({ read: () => cookies, write: (cookie) => set.push(cookie), insecure: true })
  const client: AppClient = createClient(world.url, { storage })
  if ((await client.auth.ready()) === null) return { html: '<p>a guest</p>', cookies: set }
  const queryClient = new QueryClient()
  await queryClient.prefetchQuery(listOf(client, 'posts', shown))
  const state = dehydrate(queryClient)
  const html = renderToString(createElement(RenderedPosts, { client, state }))
  return { html: `<main id="root">${html}</main><script>state = ${JSON.stringify(state)}</script>`, cookies: set }
}

it('a server renders a page as its user, renews the session in their cookie, and the browser takes over', async () => {
  const context = await browser.newContext()
  const open = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(pages.origin)
    await page.waitForFunction(() => 'app' in globalThis)
    return page
  }
  const [one, two] = [await open(), await open()]
  await one.getByText('a guest').waitFor()
  await one.evaluate(async ({ url, admin }) => void (await app.shared(url).auth.signIn(admin)), world)
  await one.evaluate(() => {
    const [, value = ''] = document.cookie.split('plinth_session=')
    const worn = { ...JSON.parse(decodeURIComponent(value)), endsAt: 0 }
    document.cookie = `plinth_session=${encodeURIComponent(JSON.stringify(worn))}; Path=/`
  })
  // Two requests of one browser renew it at the same moment, on a server that knows of no other request.
  const renewed = await Promise.all([one.reload(), two.reload()])
  for (const answer of renewed) expect(await answer?.text()).toContain('one: 0')

  const asked: string[] = []
  one.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname.slice(0, 18)}`))
  await one.waitForFunction(() => 'app' in globalThis)
  await one.evaluate(([url, state]) => app.hydrate(url, Reflect.get(globalThis, state)), [world.url, 'state'] as const)
  await one.getByRole('button', { name: 'like one' }).click()
  await one.getByText('one: 1').waitFor()
  await expect.poll(async () => (await db.posts.list({ select: ['views'], where: { views: 1 } })).items.length).toBe(1)
  // What was rendered is not asked for again, nor is the session renewed: the first request is the write.
  expect(asked.filter((request) => !request.startsWith('OPTIONS'))[0]).toBe('PATCH /api/records/posts')
  await one.evaluate((url) => app.shared(url).auth.signOut(), world.url)
  await two.reload()
  await two.getByText('a guest').waitFor()
  await context.close()
})
