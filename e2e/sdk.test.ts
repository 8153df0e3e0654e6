import { fileURLToPath } from 'node:url'
import { createClient } from '@plinth/sdk'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../sdk/test/suite/check.ts'
import type { schema } from '../sdk/test/suite/schema.ts'
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

async function openPage(within: BrowserContext = context): Promise<Page> {
  const page = await within.newPage()
  await page.goto(pages.origin)
  await page.waitForFunction(() => 'sdk' in globalThis)
  return page
}

// The cases have nothing to do with each other, and much of them is waiting.
describe('in Node', () => {
  it.concurrent.each(Object.entries(suite))('%s', (_, run) => run(world))
})

describe('in Chromium, on a page of another origin', () => {
  let page: Page
  beforeAll(async () => {
    page = await openPage()
  })
  it.concurrent.each(Object.keys(suite))('%s', async (name) => {
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

  /** Lets the access token that tabs share seem to have ended: what one has stored, others see a moment later. */
  async function wearOut(...tabs: readonly [Page, ...Page[]]): Promise<void> {
    const name = `plinth:${world.url}`
    await tabs[0].evaluate((key) => {
      const session = JSON.parse(localStorage.getItem(key) ?? '')
      localStorage.setItem(key, JSON.stringify({ ...session, endsAt: 0 }))
    }, name)
    const isWorn = (key: string) => JSON.parse(localStorage.getItem(key) ?? '').endsAt === 0
    for (const tab of tabs) await tab.waitForFunction(isWorn, name)
  }

  it('share a session, refresh it once however many requests wait, and end together', async () => {
    const [one, two] = [await openPage(), await openPage()]
    await one.evaluate(({ url, admin }) => sdk.createClient(url).auth.signIn(admin), world)
    const ended = two.evaluate(async (url) => {
      const db = sdk.createClient(url)
      await db.auth.ready()
      return new Promise((resolve) => {
        db.auth.onChange(({ type }) => type === 'signedOut' && resolve(db.auth.user))
      })
    }, world.url)
    await wearOut(one, two)
    const sent: (string | null)[] = []
    context.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/auth/refresh')) sent.push(request.postData())
    })
    expect(await Promise.all([me(one), me(two), me(one), me(two)])).toEqual(Array(4).fill(world.admin.email))
    // What one tab has stored, the other one may not see yet: then it asks as well, and is given the same session.
    expect(sent.length).toBeLessThanOrEqual(2)
    expect(new Set(sent).size).toBe(1)
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
      const told: string[] = []
      const changes = tags.subscribe({ where: { name: { startsWith: name } } }, ({ type }) => told.push(type))
      await changes.ready
      const { id } = await tags.create({ name })
      const { members } = await db.channel('room:tabs').join()
      Object.assign(globalThis, {
        told,
        renew: () => Promise.all([db.auth.refresh(), tags.update(String(id), { name: `${name}-b` })]),
      })
      return [await shown, members]
    }, world)
    expect(seen).toEqual([1, []])
    const told = () => page.evaluate(() => Reflect.get(globalThis, 'told'))
    await expect.poll(told).toEqual(['create'])
    expect(sockets).toBe(1)
    // With cookies, a renewed session is another connection: nothing is missed, and nothing comes twice.
    await page.evaluate(() => Reflect.get(globalThis, 'renew')())
    await expect.poll(() => sockets).toBe(2)
    await page.evaluate(() => Reflect.get(globalThis, 'renew')())
    await expect.poll(told).toEqual(['create', 'update', 'update'])
    await page.close()
  })

  it('that refresh at the same moment both go on, also where the platform has no locks', async () => {
    const tabs = await browser.newContext()
    await tabs.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
    const [one, two] = [await openPage(tabs), await openPage(tabs)]
    await one.evaluate(({ url, admin }) => sdk.createClient(url).auth.signIn(admin), world)
    // Both requests are on their way before either is answered.
    const held: (() => void)[] = []
    const sent: (string | null)[] = []
    await tabs.route('**/api/auth/refresh', async (route) => {
      sent.push(route.request().postData())
      if (sent.length === 2) for (const letGo of held) letGo()
      else if (sent.length === 1) await new Promise<void>((resolve) => held.push(resolve))
      await route.continue()
    })
    await wearOut(one, two)
    expect(await Promise.all([me(one), me(two)])).toEqual([world.admin.email, world.admin.email])
    expect([sent.length, new Set(sent).size]).toEqual([2, 1])
    // Nobody took that for a stolen token: the session can be renewed once more.
    await wearOut(one, two)
    expect(await Promise.all([me(two), me(one)])).toEqual([world.admin.email, world.admin.email])
    await tabs.close()
  })

  it('go on after a reload where they stopped', async () => {
    const page = await openPage()
    const word = crypto.randomUUID().slice(0, 13)
    const follow = () =>
      page.evaluate(
        async ([{ url, key }, start]) => {
          const tags = sdk.createClient(url, { token: key }).collection('tags')
          const seen: unknown[] = []
          Object.assign(globalThis, { seen })
          const options = {
            where: { name: { startsWith: start } },
            select: ['name'],
            list: true,
            resume: start,
          } as const
          await tags.subscribe(options, (event) => seen.push('record' in event ? event.record['name'] : event.type))
            .ready
        },
        [world, word] as const,
      )
    const seen = () => page.evaluate(() => Reflect.get(globalThis, 'seen'))
    const place = () => page.evaluate((name) => localStorage.getItem(name), `plinth:${world.url}:place:${word}`)
    const db = createClient<typeof schema>(world.url, { token: world.key })
    await follow()
    const begun = await place()
    await db.tags.create({ name: `${word}-a` })
    await expect.poll(seen).toEqual(['list', `${word}-a`])
    await expect.poll(place).not.toBe(begun)
    await page.goto('about:blank')
    await db.tags.create([{ name: `${word}-b` }, { name: `${word}-c` }])
    await page.goto(pages.origin)
    await page.waitForFunction(() => 'sdk' in globalThis)
    await follow()
    await db.tags.create({ name: `${word}-d` })
    await expect.poll(seen).toEqual(['b', 'c', 'd'].map((letter) => `${word}-${letter}`))
    await page.close()
  })

  it('wait while they are offline: what may be sent twice goes on when they are back, and is done once', async () => {
    const tab = await browser.newContext()
    const page = await openPage(tab)
    const name = `offline-${crypto.randomUUID().slice(0, 8)}`
    const sent: string[] = []
    tab.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
    await tab.setOffline(true)
    const outcomes = page.evaluate(
      async ([{ url, key }, tag]) => {
        const db = sdk.createClient(url, { token: key })
        const tags = db.collection('tags')
        const codeOf = ({ code }: { code: string }) => code
        const stop = new AbortController()
        const waiting = [tags.list({ where: { name: 'none' } }).then(({ items }) => items), tags.create({ name: tag })]
        const stopped = tags.get('x', { signal: stop.signal }).catch(codeOf)
        const [atOnce, inVain, unsafe] = await Promise.all([
          db.request('GET', '/api/auth/me', { retries: 0 }).catch(codeOf),
          db.request('GET', '/api/schema', { timeout: 400 }).catch(codeOf),
          db.request('POST', '/api/schema/plan', { body: {} }).catch(codeOf),
        ])
        stop.abort()
        document.title = 'waiting'
        const [found, made] = await Promise.all(waiting)
        return [atOnce, inVain, unsafe, await stopped, found, Reflect.get(Object(made), 'name')]
      },
      [world, name] as const,
    )
    await page.waitForFunction(() => document.title === 'waiting')
    // Meanwhile nothing was tried again that waits for the network.
    const tries = (request: string) => sent.filter((each) => each === request).length
    expect([tries('GET /api/records/tags'), tries('POST /api/records/tags')]).toEqual([1, 1])
    await tab.setOffline(false)
    expect(await outcomes).toEqual(['offline', 'offline', 'offline', 'aborted', [], name])
    const db = createClient<typeof schema>(world.url, { token: world.key })
    expect((await db.tags.list({ where: { name }, count: 'exact' })).count).toBe(1)
    await tab.close()
  })
})
