import { createClient, memoryStorage, PlinthError, type RecordEvent } from '@plinth/sdk'
import { type Case, equal, fails, unique, type World } from './check.ts'
import type { schema } from './schema.ts'

const adminOf = ({ url, key }: World) => createClient<typeof schema>(url, { token: key })

/** Waits for a condition; the test's own time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** A handler that keeps what it is given. */
function heard<T>() {
  const all: T[] = []
  return { all, handler: (event: T) => void all.push(event) }
}

interface TagName {
  name: string
}
const told = (events: readonly RecordEvent<TagName>[]): string[] =>
  events.map((event) =>
    event.type === 'list'
      ? `list ${event.items.map(({ name }) => name).join(' ')}`.trim()
      : 'record' in event
        ? `${event.type} ${event.record.name}`
        : event.type,
  )

export const realtimeCases: Readonly<Record<string, Case>> = {
  'a subscription starts from a list and hears of each change in order': async (world) => {
    const db = adminOf(world)
    const word = unique()
    const { id } = await db.tags.create({ name: `${word}-a` })
    const { all, handler } = heard<RecordEvent<TagName>>()
    const { ready, unsubscribe } = db.tags.subscribe(
      { where: { name: { startsWith: word } }, select: ['name'], list: { sort: 'name', limit: 5 } },
      handler,
    )
    await ready
    await db.tags.create({ name: `${word}-b` })
    await db.tags.update(id, { name: `${word}-c` })
    await db.tags.update(id, { name: `gone-${word}` })
    await db.tags.deleteMany({ name: `${word}-b` })
    await until(() => all.length >= 5)
    equal(told(all), [`list ${word}-a`, `create ${word}-b`, `update ${word}-c`, 'leave', 'delete'])
    unsubscribe()
    await db.tags.create({ name: `${word}-d` })
    equal(all.length, 5)
  },

  'a subscription to one record ends with its signal': async (world) => {
    const db = adminOf(world)
    const { id } = await db.tags.create({ name: unique() })
    const ending = new AbortController()
    const { all, handler } = heard<RecordEvent<TagName>>()
    const subscription = db.tags.subscribe({ record: id, select: ['name'], signal: ending.signal }, handler)
    await subscription.ready
    await db.tags.create({ name: unique() })
    const name = unique()
    await db.tags.update(id, { name })
    await until(() => all.length > 0)
    ending.abort()
    equal(told(all), [`update ${name}`])
    await fails(db.tags.subscribe({ signal: ending.signal }, handler).ready, 'aborted')
  },

  'a subscription goes on where the program before it stopped': async (world) => {
    const places = memoryStorage()
    const client = () => createClient<typeof schema>(world.url, { token: world.key, places })
    const word = unique()
    const where = { name: { startsWith: word } }
    const before = heard<RecordEvent<TagName>>()
    const first = client().tags.subscribe({ where, select: ['name'], resume: word }, before.handler)
    await first.ready
    await adminOf(world).tags.create({ name: `${word}-a` })
    await until(() => before.all.length === 1)
    // The place is kept after the handler.
    await new Promise((resolve) => setTimeout(resolve))
    first.unsubscribe()
    await adminOf(world).tags.create({ name: `${word}-b` })
    const after = heard<RecordEvent<TagName>>()
    const options = { where, select: ['name'], resume: word, list: true } as const
    const second = client().tags.subscribe(options, after.handler)
    await until(() => after.all.length === 1)
    equal(told(after.all), [`create ${word}-b`])
    second.unsubscribe()
    // What is stored is good for the same filter alone: with another one it starts anew.
    const other = heard<RecordEvent<TagName>>()
    const third = client().tags.subscribe({ ...options, where: { name: `${word}-b` } }, other.handler)
    await until(() => other.all.length >= 1)
    equal(told(other.all), [`list ${word}-b`])
    third.unsubscribe()
  },

  'what the server refuses is an error of the usual kind': async (world) => {
    const db = createClient(world.url, { token: world.key })
    await fails(db.collection('tags').subscribe({ where: { nmae: 'x' } }, () => {}).ready, 'invalidExpression')
    await fails(db.channel('nowhere').join(), 'channelNotFound')
    const guest = createClient<typeof schema>(world.url, { storage: memoryStorage() })
    let seen: unknown
    const { ready } = guest.tags.live({ onError: (error) => (seen = error) }, () => {})
    await ready.catch(() => {})
    equal(seen instanceof PlinthError && seen.status >= 400, true)
    await fails(
      createClient(world.url, { token: 'plk_wrong' })
        .collection('tags')
        .live({}, () => {}).ready,
      'invalidToken',
    )
  },

  'what a handler throws ends its subscription, and is told': async (world) => {
    const db = adminOf(world)
    let seen: unknown
    const handler = () => {
      throw new Error('no use')
    }
    const { ready } = db.tags.subscribe({ onError: (error) => (seen = error) }, handler)
    await ready
    await db.tags.create({ name: unique() })
    await until(() => seen !== undefined)
    equal(String(seen), 'Error: no use')
  },

  'a live list and a live aggregate are kept right': async (world) => {
    const db = adminOf(world)
    const word = unique()
    const where = { name: { startsWith: word } }
    const lists = heard<readonly TagName[]>()
    const counts = heard<readonly { count: number }[]>()
    const list = db.tags.live({ where, select: ['id', 'name'], sort: '-name', limit: 2 }, lists.handler)
    const count = db.tags.liveAggregate({ where, count: true }, counts.handler)
    await Promise.all([list.ready, count.ready])
    equal(lists.all, [[]])
    await db.tags.create([{ name: `${word}-a` }, { name: `${word}-c` }, { name: `${word}-b` }])
    const names = () =>
      lists.all
        .at(-1)
        ?.map(({ name }) => name.slice(-1))
        .join('')
    await until(() => names() === 'cb' && counts.all.at(-1)?.[0]?.count === 3)
    await db.tags.deleteMany({ name: `${word}-c` })
    await until(() => names() === 'ba' && counts.all.at(-1)?.[0]?.count === 2)
    list.unsubscribe()
    count.unsubscribe()
  },

  'a session that is renewed keeps its connection, and one that ends loses its rights': async (world) => {
    const db = createClient<typeof schema>(world.url, { storage: memoryStorage() })
    await db.auth.signIn(world.admin)
    const word = unique()
    const { all, handler } = heard<RecordEvent<TagName>>()
    let refused: unknown
    const { ready } = db.tags.subscribe(
      { where: { name: { startsWith: word } }, select: ['name'], list: true, onError: (error) => (refused = error) },
      handler,
    )
    await ready
    await db.auth.refresh()
    await db.tags.create({ name: `${word}-a` })
    await until(() => all.length === 2)
    equal(told(all), ['list', `create ${word}-a`])
    await db.auth.signOut()
    await until(() => refused !== undefined)
    equal(refused instanceof PlinthError, true)
  },

  'a channel carries messages and presence': async (world) => {
    const [ada, grace] = [adminOf(world), adminOf(world)]
    const name = `room:${unique()}`
    const messages = heard<unknown>()
    const present = heard<readonly unknown[]>()
    const hers = await grace.channel(name).join({
      onMessage: ({ event, payload }) => messages.handler([event, payload]),
      onPresence: (members) => present.handler(members.map(({ state }) => state)),
    })
    await hers.present({ name: 'Grace' })
    const his = await ada.channel(name).join({ replay: 5 })
    await his.present({ name: 'Ada' })
    await his.broadcast('said', { text: 'Hello' })
    await until(() => messages.all.length === 1 && present.all.at(-1)?.length === 2)
    equal(messages.all, [['said', { text: 'Hello' }]])
    his.leave()
    await until(() => present.all.at(-1)?.length === 1)
    equal(
      hers.members.map(({ state }) => state),
      [{ name: 'Grace' }],
    )
    hers.leave()
    const late = heard<unknown>()
    const third = await ada.channel(name).join({ replay: 5, onMessage: ({ payload }) => late.handler(payload) })
    equal(late.all, [{ text: 'Hello' }])
    third.leave()
  },
}
