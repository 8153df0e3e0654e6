import type { Actor } from '../../src/access/actor.ts'
import { runBatch } from '../../src/records/batch.ts'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { deleteRecords } from '../../src/records/delete-records.ts'
import { aggregateRecords, getRecord, listRecords } from '../../src/records/read-records.ts'
import { replaceRecord } from '../../src/records/replace-record.ts'
import { transferFormats } from '../../src/records/transfer/formats.ts'
import { updateRecord, updateRecords } from '../../src/records/update-records.ts'
import { admin, parameters } from '../records/fixture.ts'
import { exported } from '../records/transfer.ts'
import { idOf, linkOf, markerOf, type World } from './world.ts'

/** One field of one record, and who would like to know it. */
export interface Probe {
  readonly world: World
  readonly actor: Actor
  readonly collection: string
  readonly record: string
  readonly field: string
}

/** A way to data: what it answers, or the problem it throws, is all that its caller learns. */
export interface ReadPath {
  readonly name: string
  /** Answers as the caller gets it. */
  readonly ask: (probe: Probe) => Promise<string>
  /** Whether the answer discloses the value. */
  readonly discloses: (answer: string, marker: string | number) => boolean
}

const all = { limit: 1000, page: null, after: null }
const contains = (answer: string, marker: string | number): boolean => answer.includes(String(marker))
const countsOne = (answer: string): boolean => JSON.parse(answer).count === 1
const findsOne = (answer: string): boolean => JSON.parse(answer).items.length === 1

const literal = ({ record, field }: Probe): string => JSON.stringify(markerOf(record, field)).replaceAll('"', "'")
const isText = ({ field }: Probe): boolean => field !== 'amount'

const get = ({ world, actor }: Probe, collection: string, id: string, select?: string): Promise<string> =>
  getRecord(world.as(actor), collection, id, parameters({ select })).then(({ json }) => json)
const list = ({ world, actor }: Probe, collection: string, query: Record<string, string>): Promise<string> =>
  listRecords(world.as(actor), collection, parameters(query), all)
const aggregate = ({ world, actor }: Probe, collection: string, query: Record<string, string>): Promise<string> =>
  aggregateRecords(world.as(actor), collection, parameters(query), 1000, 'UTC')

/** Sorted one record a page: the cursors carry the values sorted by. */
async function cursors(probe: Probe, collection: string, sort: string): Promise<string> {
  const { world, actor } = probe
  const found: string[] = []
  for (let after: string | null = null; ; ) {
    const page: { next: string | null } = JSON.parse(
      await listRecords(world.as(actor), collection, parameters({ sort, select: 'id' }), {
        limit: 1,
        page: null,
        after,
      }),
    )
    if (page.next === null) break
    found.push(Buffer.from(page.next, 'base64url').toString())
    after = page.next
  }
  // The last record of a list has no cursor, but is first in the list the other way round; one alone has none at all.
  if (found.length === 0) return list(probe, collection, { sort, select: sort })
  return sort.startsWith('-') ? found.join() : `${found.join()}${await cursors(probe, collection, `-${sort}`)}`
}

const containing = (name: string, ask: ReadPath['ask']): ReadPath => ({ name, ask, discloses: contains })
const finding = (name: string, ask: ReadPath['ask']): ReadPath => ({ name, ask, discloses: findsOne })

const filters: Readonly<Record<string, (probe: Probe, path: string) => string>> = {
  'an equation': (probe, path) => `${path} = ${literal(probe)}`,
  'a double negation': (probe, path) => `!(${path} != ${literal(probe)})`,
  'a list': (probe, path) => `${path} in [${literal(probe)}]`,
  'an order': (probe, path) => `${path} >= ${literal(probe)} && ${path} <= ${literal(probe)}`,
  'a search for text': (probe, path) => (isText(probe) ? `${path} ~ ${literal(probe)}` : `${path} = ${literal(probe)}`),
  'a start of text': (probe, path) =>
    isText(probe) ? `startsWith(${path}, ${literal(probe)})` : `${path} = ${literal(probe)}`,
}

const filterPaths = Object.entries(filters).flatMap(([name, filter]): ReadPath[] => [
  finding(`list with ${name} as filter`, (probe) =>
    list(probe, probe.collection, { filter: filter(probe, probe.field), select: 'id' }),
  ),
  finding(`list with ${name} through a relation to one`, (probe) =>
    list(probe, 'links', { filter: filter(probe, `one_${probe.collection}.${probe.field}`), select: 'id' }),
  ),
])

const throughMany = (name: string, filter: (probe: Probe, many: string, condition: string) => string): ReadPath =>
  finding(name, (probe) => {
    const many = `many_${probe.collection}`
    const condition = `${probe.field} = ${literal(probe)}`
    return list(probe, 'links', {
      filter: `id = '${linkOf(probe.record)}' && ${filter(probe, many, condition)}`,
      select: 'id',
    })
  })

const nested: Readonly<Record<string, (probe: Probe) => string>> = {
  'a relation to one': ({ collection, field }) => `one_${collection}(${field})`,
  'all of a relation to one': ({ collection }) => `one_${collection}(*)`,
  'a relation to many': ({ collection, field }) => `many_${collection}(${field})`,
  'a unique relation': ({ collection, field }) => `only_${collection}(${field})`,
  'an inverse and back': ({ collection, field }) => `one_${collection}(links(one_${collection}(${field})))`,
  'a join table and back': ({ collection, field }) => `many_${collection}(many_links(many_${collection}(${field})))`,
  'an inverse to one and back': ({ collection, field }) =>
    `only_${collection}(only_link(only_${collection}(${field})))`,
}

const nestedPaths = Object.entries(nested).flatMap(([name, select]): ReadPath[] => [
  containing(`get with ${name}`, (probe) => get(probe, 'links', linkOf(probe.record), select(probe))),
  containing(`list with ${name}`, (probe) => list(probe, 'links', { select: select(probe) })),
  containing(`the answer of an update with ${name}`, ({ world, actor, ...probe }) =>
    updateRecord(
      world.as(actor),
      'links',
      linkOf(probe.record),
      { label: 'a link' },
      { select: select({ world, actor, ...probe }) },
    ).then(({ json }) => json),
  ),
])

/** The disposable links that writes are tried on. */
async function disposable({ world, collection, record }: Probe): Promise<string> {
  const isThere =
    (await world.list(collection, { filter: `id = '${idOf(record)}'` }).catch(() => ({ items: [] }))).items.length > 0
  const { id } = await world.create('links', {
    label: 'disposable',
    ...(isThere && { [`one_${collection}`]: idOf(record) }),
  })
  return String(id)
}

async function withDisposable(probe: Probe, work: (id: string) => Promise<string>): Promise<string> {
  const id = await disposable(probe)
  try {
    return (await work(id)).replaceAll(id, 'disposable')
  } finally {
    await deleteRecords(probe.world.as(admin), 'links', "label = 'disposable'")
  }
}

const writePaths: readonly ReadPath[] = [
  containing('the answer of a replacement', async ({ world, actor, collection, record, field }) => {
    const { id } = await world.create('links', { label: 'disposable' })
    try {
      const body = { label: 'disposable', [`one_${collection}`]: idOf(record) }
      const options = { select: `one_${collection}(${field})` }
      return (await replaceRecord(world.as(actor), 'links', String(id), body, options)).json
    } finally {
      await deleteRecords(world.as(admin), 'links', "label = 'disposable'")
    }
  }),
  containing('the answer of a creation', (probe) =>
    withDisposable(probe, async () => {
      const body = { label: 'disposable', [`one_${probe.collection}`]: idOf(probe.record) }
      const { json } = await createRecord(
        probe.world.as(probe.actor),
        'links',
        body,
        `one_${probe.collection}(${probe.field})`,
      )
      return json
    }),
  ),
  containing('the answer of a creation of many', (probe) =>
    withDisposable(probe, () => {
      const body = { label: 'disposable', [`many_${probe.collection}`]: [idOf(probe.record)] }
      return createRecords(probe.world.as(probe.actor), 'links', [body], `many_${probe.collection}(${probe.field})`)
    }),
  ),
  {
    name: 'the count of a bulk update',
    ask: async ({ world, actor, ...probe }) => {
      const filter = `one_${probe.collection}.${probe.field} = ${literal({ world, actor, ...probe })}`
      return JSON.stringify({ count: await updateRecords(world.as(actor), 'links', filter, { label: 'a link' }) })
    },
    discloses: countsOne,
  },
  {
    name: 'the count of a bulk delete',
    ask: (probe) =>
      withDisposable(probe, async () => {
        const filter = `label = 'disposable' && one_${probe.collection}.${probe.field} = ${literal(probe)}`
        return JSON.stringify({ count: await deleteRecords(probe.world.as(probe.actor), 'links', filter) })
      }),
    discloses: countsOne,
  },
  containing('a get in a batch', ({ world, actor, collection, record, field }) =>
    runBatch(world.as(actor), { operations: [{ method: 'get', collection, id: idOf(record), select: field }] }),
  ),
  containing('a reference in a batch', (probe) =>
    withDisposable(probe, async (id) => {
      const { collection, field, world, actor } = probe
      const one = `one_${collection}`
      return runBatch(world.as(actor), {
        operations: [
          { method: 'get', collection: 'links', id, select: `${one}(${field})`, as: 'seen' },
          { method: 'create', collection: 'links', select: 'label', body: { label: { $ref: `seen.${one}.${field}` } } },
          {
            method: 'delete',
            collection: 'links',
            filter: `label = ${literal({ ...probe, field: isText(probe) ? field : 'note' })}`,
          },
        ],
      }).catch((error: unknown) => {
        // A number cannot be a label: that refusal does not name it, so the first answer must.
        if (isText(probe)) throw error
        return get(probe, 'links', id, `${one}(${field})`)
      })
    }),
  ),
]

const as = ({ world, actor }: Probe) => world.as(actor)

const transferPaths: readonly ReadPath[] = [
  ...transferFormats.flatMap((format) => [
    containing(`an export as ${format}`, (probe) => exported(as(probe), probe.collection, format)),
    containing(`an export as ${format} with select`, (probe) =>
      exported(as(probe), probe.collection, format, { select: probe.field, sort: `-${probe.field}` }),
    ),
    containing(`an export as ${format} through a link to one`, (probe) =>
      exported(as(probe), 'links', format, { select: `id,one_${probe.collection}(${probe.field})` }),
    ),
  ]),
  {
    name: 'an export with a filter',
    ask: (probe) =>
      exported(as(probe), probe.collection, 'ndjson', { select: 'id', filter: `${probe.field} = ${literal(probe)}` }),
    discloses: (answer) => answer.trim() !== '',
  },
]

/** Every path to data. A new way to read or write is added here, and meets every case. */
export const readPaths: readonly ReadPath[] = [
  containing('get', (probe) => get(probe, probe.collection, idOf(probe.record))),
  containing('get with select', (probe) => get(probe, probe.collection, idOf(probe.record), probe.field)),
  containing('list', (probe) => list(probe, probe.collection, {})),
  containing('list with select', (probe) => list(probe, probe.collection, { select: `id,${probe.field}` })),
  containing('list with count', (probe) => list(probe, probe.collection, { count: 'exact', select: probe.field })),
  ...filterPaths,
  throughMany('list with any()', (_, many, condition) => `any(${many}, ${condition})`),
  throughMany('list with none()', (_, many, condition) => `!none(${many}, ${condition})`),
  throughMany('list with all()', (_, many, condition) => `!all(${many}, !(${condition}))`),
  throughMany(
    'list with any() there and back',
    ({ collection }, many, condition) => `any(${many}, any(many_links, any(many_${collection}, ${condition})))`,
  ),
  throughMany(
    'list with an inverse there and back',
    ({ collection }, _, condition) => `any(one_${collection}.links, one_${collection}.${condition})`,
  ),
  finding('list with an inverse to one', (probe) =>
    list(probe, probe.collection, {
      filter: `only_link.only_${probe.collection}.${probe.field} = ${literal(probe)}`,
      select: 'id',
    }),
  ),
  finding('list with a filter of a nested select', async (probe) => {
    const { collection, field } = probe
    const answer = await get(
      probe,
      'links',
      linkOf(probe.record),
      `many_${collection}(id;filter=${field} = ${literal(probe)};sort=${field})`,
    )
    return JSON.stringify({ items: JSON.parse(answer)[`many_${collection}`] })
  }),
  containing('the cursors of a sorted list', (probe) => cursors(probe, probe.collection, probe.field)),
  containing('the cursors of a list sorted through a relation', (probe) =>
    cursors(probe, 'links', `one_${probe.collection}.${probe.field}`),
  ),
  containing('min', (probe) =>
    aggregate(probe, probe.collection, { min: probe.field, filter: `id = '${idOf(probe.record)}'` }),
  ),
  containing('max', (probe) =>
    aggregate(probe, probe.collection, { max: probe.field, filter: `id = '${idOf(probe.record)}'` }),
  ),
  containing('group', (probe) => aggregate(probe, probe.collection, { count: '*', group: probe.field })),
  containing('group through a relation', (probe) =>
    aggregate(probe, 'links', { count: '*', group: `one_${probe.collection}.${probe.field}` }),
  ),
  containing('max through a relation', (probe) =>
    aggregate(probe, 'links', {
      max: `one_${probe.collection}.${probe.field}`,
      filter: `id = '${linkOf(probe.record)}'`,
    }),
  ),
  {
    name: 'count of a field',
    ask: (probe) => aggregate(probe, probe.collection, { count: probe.field, filter: `id = '${idOf(probe.record)}'` }),
    discloses: (answer) => Object.values(JSON.parse(answer).items[0].count).includes(1),
  },
  {
    name: 'countDistinct of a field',
    ask: (probe) =>
      aggregate(probe, probe.collection, { countDistinct: probe.field, filter: `id = '${idOf(probe.record)}'` }),
    discloses: (answer) => Object.values(JSON.parse(answer).items[0].countDistinct).includes(1),
  },
  {
    name: 'an aggregate with a filter',
    ask: (probe) => aggregate(probe, probe.collection, { count: '*', filter: `${probe.field} = ${literal(probe)}` }),
    discloses: (answer) => JSON.parse(answer).items[0].count === 1,
  },
  ...nestedPaths,
  ...writePaths,
  ...transferPaths,
]

/** Paths for numbers alone. */
export const numberPaths: readonly ReadPath[] = ['sum', 'avg'].map((name) =>
  containing(name, (probe) =>
    aggregate(probe, probe.collection, { [name]: probe.field, filter: `id = '${idOf(probe.record)}'` }),
  ),
)
