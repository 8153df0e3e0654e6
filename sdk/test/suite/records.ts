import { createClient, exact, expr } from '@plinth/sdk'
import { type Case, equal, fails, unique, type World } from './check.ts'
import type { schema } from './schema.ts'

const open = ({ url, key }: World) => createClient<typeof schema>(url, { token: key })
type Db = ReturnType<typeof open>

async function authorOf(db: Db): Promise<string> {
  const author = await db.users.create({ email: `${unique()}@example.com`, name: 'Ada' }, { select: ['id'] })
  return author.id
}

/** Posts that a case has to itself, by their author. */
async function postsOf(db: Db, titles: readonly string[]) {
  const author = await authorOf(db)
  const posts = await db.posts.create(titles.map((title, views) => ({ title, views, author })))
  return { author, posts }
}

export const recordCases: Readonly<Record<string, Case>> = {
  'a record is created, read, changed, replaced and deleted': async (world) => {
    const db = open(world)
    const author = await authorOf(db)
    const post = await db.posts.create({
      title: 'Hello',
      price: '19.90',
      author,
      labels: ['news'],
      place: { lat: 1, lon: 2 },
      starts: new Date('2026-01-31T12:00:00Z'),
    })
    equal([post.title, post.price, post.status, post.views, post.body], ['Hello', '19.90', 'draft', 0, null])
    equal(new Date(post.starts ?? '').toISOString(), '2026-01-31T12:00:00.000Z')
    equal(await db.posts.get(post.id), post)
    equal(await db.posts.update(post.id, { title: 'Changed', 'views+': 2 }, { select: ['title', 'views'] }), {
      title: 'Changed',
      views: 2,
    })
    const replaced = await db.posts.replace(post.id, { title: 'New', author })
    equal([replaced.title, replaced.views, replaced.price], ['New', 0, null])
    equal(await db.posts.delete(post.id), undefined)
    await fails(db.posts.get(post.id), 'recordNotFound')
  },

  'links are set, added and taken away': async (world) => {
    const db = open(world)
    const { posts } = await postsOf(db, ['a'])
    const [first, second] = await db.tags.create([{ name: `a-${unique()}` }, { name: `b-${unique()}` }], {
      select: ['id'],
    })
    const [post] = posts
    if (!first || !second || !post) throw new Error('it was not created')
    equal((await db.posts.update(post.id, { tags: [first.id] })).tags, [first.id])
    equal((await db.posts.update(post.id, { '+tags': [second.id], '-tags': [first.id] })).tags, [second.id])
  },

  'a select gives its shape, through relations both ways': async (world) => {
    const db = open(world)
    const { author, posts } = await postsOf(db, ['a'])
    const post = posts[0]?.id ?? ''
    await db.comments.create(['x', 'y', 'z);'].map((body) => ({ body, post, hidden: body === 'x' })))
    await db.covers.create({ caption: 'c', post })
    const found = await db.posts.get(post, {
      select: {
        title: true,
        tags: true,
        author: ['name'],
        editor: ['name'],
        cover: ['caption'],
        comments: { select: ['body'], where: { hidden: false, body: { not: ");'" } }, sort: '-body', limit: 2 },
      },
    })
    equal(found, {
      title: 'a',
      tags: [],
      author: { name: 'Ada' },
      editor: null,
      cover: { caption: 'c' },
      comments: [{ body: 'z);' }, { body: 'y' }],
    })
    equal((await db.users.get(author, { select: { posts: { select: ['title'] } } })).posts, [{ title: 'a' }])
  },

  'each condition of a where holds where it should': async (world) => {
    const db = open(world)
    const { author, posts } = await postsOf(db, ["it's", 'b'])
    const post = posts[0]?.id ?? ''
    const tag = await db.tags.create({ name: `t-${unique()}` })
    await db.posts.update(post, {
      tags: [tag.id],
      price: '19.90',
      score: 1e-7,
      day: '2026-01-31',
      starts: '2026-01-31T12:00:00Z',
      labels: ['news'],
      place: { lat: 52.52, lon: 13.4 },
      status: 'published',
      extra: { a: 1 },
    })
    await db.comments.create({ body: 'x', post })
    const holds = [
      { title: "it's" },
      { title: { not: 'b' } },
      { title: { contains: "T'" } },
      { title: { startsWith: "it'", endsWith: "'s" } },
      { title: { in: ["it's", 'c'] } },
      { status: 'published' },
      { status: { notIn: ['draft'] } },
      { views: { gte: 0, lt: 1 } },
      { price: 19.9 },
      { price: { gt: exact('19.89'), lte: exact('19.90') } },
      { score: 1e-7 },
      { featured: false, extra: { not: null } },
      { day: new Date('2026-01-31') },
      { day: '2026-01-31' },
      { starts: { gt: new Date('2026-01-31T11:59:59.999Z') } },
      { starts: new Date('2026-01-31T12:00:00Z') },
      { labels: { has: 'news' } },
      { place: { near: { lat: 52.52, lon: 13.4, within: 1 } } },
      { tags: { has: tag.id } },
      { tags: { any: { name: tag.name } } },
      { comments: { any: { body: 'x' }, none: { hidden: true }, all: { body: { not: 'y' } } } },
      { comments: { any: true } },
      { editor: null, cover: null, status: { not: 'draft' } },
      { author: { name: 'Ada', team: null }, id: post },
      { author: { OR: [{ name: 'Ada' }, { name: 'Eve' }] }, NOT: { title: 'b' } },
      { OR: [{ title: "it's" }, { title: 'c' }] },
      { AND: [expr`title = ${"it's"}`, { popular: false }] },
      expr`title in ${["it's", 'c']} && created > @now - 1d`,
    ] as const
    for (const where of holds) {
      const { count } = await db.posts.list({ where: { AND: [{ author }, where] }, count: 'exact', limit: 1 })
      if (count !== 1) throw new Error(`${JSON.stringify(where)} holds for ${count} records`)
    }
  },

  'a value stays a value, whatever is in it': async (world) => {
    const db = open(world)
    const titles = [
      "' || true || '",
      '\\',
      "\\' || 1 = 1",
      '"',
      "a'b\\'c",
      'x\n\ty',
      '${1}',
      '); drop',
      '😀',
      '%27',
      '+ &=#?',
    ]
    const { author } = await postsOf(db, titles)
    for (const title of titles) {
      equal(await db.posts.list({ where: { author, title }, select: ['title'] }).all(), [{ title }])
      equal(await db.posts.list({ where: expr`author = ${author} && title = ${title}`, select: ['title'] }).all(), [
        { title },
      ])
    }
  },

  'a list is awaited for a page, and iterated for all of them': async (world) => {
    const db = open(world)
    const titles = Array.from({ length: 25 }, (_, i) => `t${i}`)
    const { author } = await postsOf(db, titles)
    const page = await db.posts.list({ where: { author }, sort: 'views', limit: 10, select: ['title'], count: 'exact' })
    equal([page.items.length, page.count, typeof page.next], [10, 25, 'string'])
    const second = await db.posts.list({
      where: { author },
      sort: 'views',
      limit: 10,
      select: ['title'],
      after: page.next ?? '',
    })
    equal(second.items[0], { title: 't10' })
    let isOver = false
    const again = db.posts.list({ where: { author }, limit: 1, after: null }).finally(() => (isOver = true))
    equal([(await again).items.length, isOver], [1, true])
    const seen: string[] = []
    for await (const { title } of db.posts.list({ where: { author }, sort: 'views', limit: 10 })) seen.push(title)
    equal(seen, titles)
    equal((await db.posts.list({ where: { author }, sort: '-views', page: 2, limit: 20 }).all()).length, 5)
    const first = await db.posts.first({ where: { author }, sort: ['-author.name', '-views'], select: ['title'] })
    equal(first, { title: 't24' })
    equal(await db.posts.first({ where: { author, title: 'none' } }), null)
  },

  'many are changed and deleted at once, and none by mistake': async (world) => {
    const db = open(world)
    const { author } = await postsOf(db, ['a', 'b', 'c'])
    equal(await db.posts.updateMany({ author, views: { gt: 0 } }, { status: 'published' }), 2)
    equal(await db.posts.deleteMany({ author, status: 'published' }), 2)
    const missing: { readonly author?: string } = {}
    for (const where of [{}, { author: missing.author }]) {
      // What TypeScript refuses, JavaScript may still do.
      const refused = await db.posts.deleteMany(where as { author: string }).then(
        () => 'done',
        (error: unknown) => (error instanceof TypeError ? 'refused' : error),
      )
      equal(refused, 'refused')
    }
    equal((await db.posts.list({ where: { author } })).items.length, 1)
  },

  'aggregates answer by group': async (world) => {
    const db = open(world)
    const { author } = await postsOf(db, ['a', 'b', 'c'])
    await db.posts.updateMany({ author, views: 2 }, { status: 'published', price: '0.10' })
    const groups = await db.posts.aggregate({
      count: true,
      sum: ['views', 'price'],
      group: ['status'],
      where: { author },
    })
    equal(groups, [
      { status: 'draft', count: 2, sum: { views: 1, price: null } },
      { status: 'published', count: 1, sum: { views: 2, price: '0.10' } },
    ])
    const [all] = await db.posts.aggregate({ countDistinct: ['author'], max: ['views'], where: { author } })
    equal(all, { countDistinct: { author: 1 }, max: { views: 2 } })
  },

  'a batch is done as a whole, with references': async (world) => {
    const db = open(world)
    const author = await authorOf(db)
    const { post, comments, none } = await db.batch((b) => {
      const made = b.posts.create({ title: 'In a batch', author }, { select: ['id', 'rev'] })
      b.posts.update(made.id, { 'views+': 3 }, { ifRev: made.rev })
      return {
        comments: [
          b.comments.create({ body: 'x', post: made.id }),
          b.comments.create({ body: 'y', post: made.id }),
        ] as const,
        post: b.posts.get(made.id, { select: ['title', 'views'] }),
        none: b.comments.deleteMany({ body: unique() }, { expect: 0 }),
      }
    })
    equal(post, { title: 'In a batch', views: 3 })
    equal([comments[0].body, comments[1].body, none], ['x', 'y', 0])
  },

  'a batch that fails leaves nothing behind, and says where it failed': async (world) => {
    const db = open(world)
    const author = await authorOf(db)
    const failed = await fails(
      db.batch((b) => {
        b.posts.create({ title: 'a', author })
        b.posts.create({ title: 'x'.repeat(300), author })
      }),
      'invalidBody',
    )
    equal([failed.details['operation'], failed.errors[0]?.path], [1, '/operations/1/body/title'])
    // What TypeScript refuses, JavaScript may still do: what it plans later would be lost.
    const late: (b: unknown) => unknown = async () => {}
    const refused = await db.batch(late).catch((error: unknown) => error instanceof TypeError)
    equal(refused, true)
    equal((await db.posts.list({ where: { author } })).items, [])
  },

  'a change that somebody else made is not written over': async (world) => {
    const db = open(world)
    const { posts } = await postsOf(db, ['a'])
    const id = posts[0]?.id ?? ''
    const { rev } = await db.posts.get(id, { select: ['rev'] })
    await db.posts.update(id, { title: 'b' }, { ifRev: rev })
    const failed = await fails(db.posts.update(id, { title: 'c' }, { ifRev: rev }), 'revisionMismatch')
    equal([failed.status, failed.details['changed']], [412, ['title']])
    await fails(db.posts.delete(id, { ifRev: rev }), 'revisionMismatch')
  },

  'an error names each fault, and the request': async (world) => {
    const db = open(world)
    const failed = await fails(db.posts.create({ title: '', author: 'x', status: 'gone' as 'draft' }), 'invalidBody')
    equal(failed.errors.map(({ path }) => path).toSorted(), ['/author', '/status'])
    equal([failed.status, typeof failed.requestId], [400, 'string'])
    const filter = await fails(db.posts.list({ where: { titel: 'x' } as object }), 'invalidExpression')
    equal(filter.message.includes('did you mean `title`'), true)
  },

  'a write whose answer was lost is done once': async ({ url, key }) => {
    let lost = 0
    const losing: typeof fetch = async (...request) => {
      const response = await fetch(...request)
      if (request[1]?.method !== 'POST' || lost > 0) return response
      lost += 1
      // It was done, and nobody hears of it.
      await response.arrayBuffer()
      throw new TypeError('the connection broke')
    }
    const db = createClient<typeof schema>(url, { token: key, fetch: losing })
    const name = `once-${unique()}`
    const tag = await db.tags.create({ name })
    equal([lost, await db.tags.list({ where: { name } }).all()], [1, [tag]])
  },

  'records leave as a file and come in as one': async (world) => {
    const db = open(world)
    const { author } = await postsOf(db, ['a', '=1+1'])
    const response = await db.posts.export({
      format: 'csv',
      where: { author },
      select: ['title', 'views'],
      sort: 'views',
    })
    equal(await response.text(), "title,views\r\na,0\r\n'=1+1,1\r\n")
    const names = [`x-${unique()}`, `y-${unique()}`]
    const csv = `Tag,Note\n${names.join(',\n')},\n`
    const options = { format: 'csv', map: { Tag: 'name', Note: null } } as const
    equal((await db.tags.import(csv, { ...options, dryRun: true })).created, 2)
    equal((await db.tags.import(new Blob([csv]), options)).created, 2)
    equal((await db.tags.import(csv, { ...options, onConflict: 'skip', key: 'name' })).skipped, 2)
    const failed = await fails(db.tags.import('name\nNot a slug\n', { format: 'csv' }), 'importFailed')
    equal([failed.status, failed.errors.length], [422, 1])
    const told: number[] = []
    const onProgress = (rows: number) => told.push(rows)
    equal((await db.tags.import(csv, { ...options, onConflict: 'skip', key: 'name', onProgress })).skipped, 2)
    equal(told.at(-1), 2)
    const late = await fails(db.tags.import('name\nNot a slug\n', { format: 'csv', onProgress }), 'importFailed')
    equal([late.status, late.errors.length], [422, 1])
  },

  'a collection by a name that is known late': async (world) => {
    const db = createClient(world.url, { token: world.key })
    const name = `late-${unique()}`
    await db.collection('tags').create({ name })
    equal((await db.collection('tags').list({ where: { name }, select: ['name'] })).items, [{ name }])
    await fails(db.collection('nothing').list(), 'collectionNotFound')
  },

  'a call that is stopped says so': async (world) => {
    await fails(open(world).posts.list({ signal: AbortSignal.abort() }), 'aborted')
  },
}
