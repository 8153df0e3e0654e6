import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../sdk/test/suite/check.ts'
import { suite } from '../sdk/test/suite/suite.ts'
import { bundle } from './support/bundle.ts'
import { launchChromium } from './support/chromium.ts'
import { type PageServer, startPageServer } from './support/page-server.ts'
import type { SdkPage } from './support/sdk-in-browser.ts'
import { makeSdkWorld, sdkSettings } from './support/sdk-world.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'

declare const sdk: SdkPage

let pages: PageServer
let server: ServerOnTemplate
let browser: Browser
let context: BrowserContext
let world: World

beforeAll(async () => {
  const script = await bundle(fileURLToPath(new URL('support/sdk-in-browser.ts', import.meta.url)))
  pages = await startPageServer(() => script)
  server = await startServerOnTemplate({ ...sdkSettings, PLINTH_CORS_ORIGINS: pages.origin })
  world = await makeSdkWorld(server)
  browser = await launchChromium()
  context = await browser.newContext()
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await pages?.stop()
})

async function openPage(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(pages.origin)
  await page.waitForFunction(() => 'sdk' in globalThis)
  return page
}

describe('in Node', () => {
  it.each(Object.entries(suite))('%s', (_, run) => run(world))
})

describe('in Chromium, on a page of another origin', () => {
  let page: Page
  beforeAll(async () => {
    page = await openPage()
  })
  it.each(Object.keys(suite))('%s', async (name) => {
    expect(await page.evaluate(([of, where]) => sdk.run(of, where), [name, world] as const)).toBeNull()
  })
})

describe('tabs of one browser', () => {
  const me = (page: Page): Promise<unknown> =>
    page.evaluate(async (url) => {
      const db = sdk.createClient(url)
      const answers = await Promise.all(Array.from({ length: 10 }, () => db.auth.me()))
      return answers[0]?.email
    }, world.url)

  it('share a session, refresh it once for all of them, and end together', async () => {
    const [one, two] = [await openPage(), await openPage()]
    await one.evaluate(({ url, admin }) => sdk.createClient(url).auth.signIn(admin), world)
    const ended = two.evaluate(async (url) => {
      const db = sdk.createClient(url)
      await db.auth.ready()
      return new Promise((resolve) => {
        db.auth.onChange(({ type }) => type === 'signedOut' && resolve(db.auth.user))
      })
    }, world.url)
    await one.evaluate((name) => {
      const session = JSON.parse(localStorage.getItem(name) ?? '')
      localStorage.setItem(name, JSON.stringify({ ...session, endsAt: 0 }))
    }, `plinth:${world.url}`)
    let refreshes = 0
    context.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/auth/refresh')) refreshes += 1
    })
    expect(await Promise.all([me(one), me(two), me(one), me(two)])).toEqual(Array(4).fill(world.admin.email))
    expect(refreshes).toBe(1)
    await one.evaluate((url) => sdk.createClient(url).auth.signOut(), world.url)
    expect(await ended).toBeNull()
  })

  it('can keep the session in cookies that no script reads', async () => {
    const page = await openPage()
    const seen = await page.evaluate(async ({ url, admin }) => {
      const db = sdk.createClient(url, { session: 'cookie' })
      const user = await db.auth.signIn(admin)
      await db.auth.refresh()
      const { email } = await db.auth.me()
      const readable = JSON.stringify({ ...localStorage }) + document.cookie
      await db.auth.signOut()
      const after = await db.auth.me().then(
        () => 'signed in',
        ({ code }) => code,
      )
      return { same: user.email === email, leaks: /eyJ|refreshToken/.test(readable), after }
    }, world)
    expect(seen).toEqual({ same: true, leaks: false, after: 'notSignedIn' })
  })

  it('follow changes over one connection, by cookies as well', async () => {
    const page = await openPage()
    let sockets = 0
    page.on('websocket', (socket) => {
      if (socket.url().includes('/api/realtime')) sockets += 1
    })
    const seen = await page.evaluate(async ({ url, admin }) => {
      const db = sdk.createClient(url, { session: 'cookie' })
      await db.auth.signIn(admin)
      const name = crypto.randomUUID()
      const tags = db.collection('tags')
      const shown = new Promise((resolve) => {
        tags.live({ where: { name } }, (items) => items.length > 0 && resolve(items.length))
      })
      const told = new Promise((resolve) => {
        const { ready } = tags.subscribe({ where: { name } }, ({ type }) => resolve(type))
        void ready.then(() => tags.create({ name }))
      })
      const { members } = await db.channel('room:tabs').join()
      return [await shown, await told, members]
    }, world)
    expect(seen).toEqual([1, 'create', []])
    expect(sockets).toBe(1)
    await page.close()
  })

  it('know that they are offline', async () => {
    const page = await openPage()
    const { url, key } = world
    await context.setOffline(true)
    const code = await page.evaluate(
      ([to, token]) =>
        sdk
          .createClient(to, { token, retries: 0 })
          .request('GET', '/api/schema')
          .catch((error: { code: string }) => error.code),
      [url, key] as const,
    )
    expect(code).toBe('offline')
    // A read that waits to be tried again goes on when the network is back.
    const read = page.evaluate(
      ([to, token]) =>
        sdk
          .createClient(to, { token, retries: 5 })
          .request('GET', '/api/auth/me')
          .then(
            () => 'read',
            ({ code: failed }) => failed,
          ),
      [url, key] as const,
    )
    await context.setOffline(false)
    expect(['read', 'notSignedIn']).toContain(await read)
  })
})
