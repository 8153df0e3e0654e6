import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage } from '../examples/page/open-page.ts'
import { launchChromium } from './support/chromium.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'
import { admin } from './support/server-process.ts'

let server: ServerOnTemplate
let browser: Browser

beforeAll(async () => {
  server = await startServerOnTemplate()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.remove()
})

/** The example as two people have it, in browsers of their own. */
async function openForTwo(name: string) {
  const served = await openPage({ name, plinth: server.url, admin, port: 0 })
  const open = async (): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1000, height: 600 } })).newPage()
    await page.goto(served.url)
    return page
  }
  return { one: await open(), two: await open(), stop: served.stop }
}

const looks = [
  ['light', { width: 1000, height: 600 }],
  ['dark', { width: 360, height: 740 }],
] as const

/** In every look nothing is wider than the page; a picture for whoever wants to look at it. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  for (const [colorScheme, size] of looks) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width)
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` })
  }
}

const cardsOf = (page: Page, column: string): Promise<string[]> =>
  page.getByRole('region', { name: column }).locator('article span').allInnerTexts()

it('two browsers see each other’s moves on the kanban board', async () => {
  const { one, two, stop } = await openForTwo('kanban')
  await one.getByText('2 are here').waitFor()
  for (const title of ['Write the guide', 'Draw the logo']) {
    await one.getByLabel('New in To do').fill(title)
    await one.getByLabel('New in To do').press('Enter')
    await two.getByText(title).waitFor()
  }
  await two.getByRole('button', { name: 'Move Write the guide right' }).click()
  await expect.poll(() => cardsOf(one, 'Doing')).toEqual(['Write the guide'])
  await one.getByText('Draw the logo').dragTo(one.getByText('Write the guide'))
  await expect.poll(() => cardsOf(two, 'Doing')).toEqual(['Draw the logo', 'Write the guide'])
  expect(await cardsOf(two, 'To do')).toEqual([])
  await look(two, 'kanban')
  await two.context().close()
  await one.getByText('Only you are here').waitFor()
  await one.context().close()
  await stop()
})

it('two browsers talk in the chat, and see who is there and who is typing', async () => {
  const { one, two, stop } = await openForTwo('chat')
  for (const [page, name] of [
    [one, 'Ada'],
    [two, 'Grace'],
  ] as const) {
    await look(page, 'chat-enter')
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
  }
  const here = one.getByRole('list', { name: 'Who is here' }).getByRole('listitem')
  await expect.poll(async () => (await here.allInnerTexts()).toSorted()).toEqual(['Ada', 'Grace'])
  await two.getByRole('textbox', { name: 'Message' }).fill('Hello, Ada')
  await one.getByText('Grace is typing…').waitFor()
  await two.getByRole('button', { name: 'Send' }).click()
  await one.getByText('Hello, Ada').waitFor()
  await one.getByText('Grace is typing…').waitFor({ state: 'detached' })
  await look(one, 'chat')
  await two.context().close()
  await expect.poll(() => here.allInnerTexts()).toEqual(['Ada'])
  await one.context().close()
  await stop()
})
