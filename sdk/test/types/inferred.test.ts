import { fieldTypes } from '@plinth/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createClient, type NewRecord, type Page, type RecordOf } from '../../src/index.ts'
import type { FieldValue } from '../../src/types/field-value.ts'
import type { schema } from '../suite/schema.ts'
import type { Schema } from './generated.ts'

type Code = typeof schema

/** What the calls below would answer: nothing is sent, `tsc` alone judges. */
const db = createClient<Code>('http://localhost')
type Answer<Call extends (...given: never) => PromiseLike<unknown>> = Awaited<ReturnType<Call>>

describe('a record', () => {
  it('has its fields, null only where they can be', () => {
    type Post = RecordOf<Code, 'posts'>
    expectTypeOf<Post['id']>().toEqualTypeOf<string>()
    expectTypeOf<Post['title']>().toEqualTypeOf<string>()
    expectTypeOf<Post['body']>().toEqualTypeOf<string | null>()
    expectTypeOf<Post['views']>().toEqualTypeOf<number | null>()
    expectTypeOf<Post['price']>().toEqualTypeOf<string | null>()
    expectTypeOf<Post['featured']>().toEqualTypeOf<boolean>()
    expectTypeOf<Post['status']>().toEqualTypeOf<'draft' | 'published'>()
    expectTypeOf<Post['labels']>().toEqualTypeOf<('news' | 'music')[] | null>()
    expectTypeOf<Post['place']>().toEqualTypeOf<{ lat: number; lon: number } | null>()
    expectTypeOf<Post['number']>().toEqualTypeOf<number>()
    expectTypeOf<Post['popular']>().toEqualTypeOf<boolean | null>()
    expectTypeOf<Post['author']>().toEqualTypeOf<string>()
    expectTypeOf<Post['editor']>().toEqualTypeOf<string | null>()
    expectTypeOf<Post['tags']>().toEqualTypeOf<string[]>()
    expectTypeOf<Post['created']>().toEqualTypeOf<string>()
  })

  it('lacks what not everybody sees on some answers', () => {
    expectTypeOf<RecordOf<Code, 'posts'>['secret']>().toEqualTypeOf<string | null | undefined>()
    expectTypeOf<RecordOf<Code, 'users'>['email']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<RecordOf<Code, 'users'>['roles']>().toEqualTypeOf<('editor' | 'admin')[]>()
  })
})

describe('an answer follows its select', () => {
  it('of names', () => {
    const call = () => db.posts.get('x', { select: ['id', 'author', 'rev', 'secret'] })
    expectTypeOf<Answer<typeof call>>().toEqualTypeOf<{
      id: string
      author: string
      rev: string
      secret?: string | null
    }>()
  })

  it('of relations both ways, each with its own shape', () => {
    const call = () =>
      db.posts.first({
        select: {
          title: true,
          tags: true,
          author: { select: { name: true, team: ['name'] } },
          editor: ['id'],
          comments: { select: ['body'], where: { hidden: false }, sort: '-created', limit: 3 },
          cover: ['caption'],
        },
      })
    expectTypeOf<Answer<typeof call>>().toEqualTypeOf<{
      title: string
      tags: string[]
      author: { name: string | null; team: { name: string } | null }
      editor: { id: string } | null
      comments: { body: string }[]
      cover: { caption: string | null } | null
    } | null>()
  })

  it('of all fields and more', () => {
    const call = () => db.teams.list({ select: { '*': true, members: { select: ['name'] } } })
    type Item = Answer<typeof call>['items'][number]
    expectTypeOf<Item>().toEqualTypeOf<{
      id: string
      name: string
      created: string
      updated: string
      members: { name: string | null }[]
    }>()
  })

  it('null where a rule may hide the record that a required relation leads to', () => {
    const call = () => db.comments.get('x', { select: { post: ['title'] } })
    expectTypeOf<Answer<typeof call>>().toEqualTypeOf<{ post: { title: string } | null }>()
  })

  it('without one it is the record', () => {
    const call = () => db.teams.create({ name: 'x' })
    expectTypeOf<Answer<typeof call>>().toEqualTypeOf<RecordOf<Code, 'teams'>>()
    const many = () => db.teams.create([{ name: 'x' }], { select: ['id'] })
    expectTypeOf<Answer<typeof many>>().toEqualTypeOf<{ id: string }[]>()
  })
})

it('a count is there where it was asked for', () => {
  const call = () => db.posts.list({ count: 'exact', select: ['id'] })
  expectTypeOf<Answer<typeof call>['count']>().toEqualTypeOf<number>()
})

it('what is iterated are the records', () => {
  const listing = () => db.posts.list({ select: ['id'] })
  expectTypeOf<ReturnType<typeof listing>>().toExtend<AsyncIterable<{ id: string }>>()
})

it('a list is a promise of a page, and a page leads to the next', () => {
  const load = (after: string | null): Promise<Page<{ id: string }>> => db.posts.list({ select: ['id'], after })
  const next = async () => load((await load(null)).next)
  expectTypeOf<Awaited<ReturnType<typeof next>>['items']>().toEqualTypeOf<{ id: string }[]>()
})

it('a time is written as text or as a Date', () => {
  expectTypeOf<Date>().toExtend<NonNullable<NewRecord<Code, 'posts'>['starts']>>()
  expectTypeOf<RecordOf<Code, 'posts'>['starts']>().toEqualTypeOf<string | null>()
})

it('what is shown and sent in a channel has the types that the program says', () => {
  const join = () =>
    db.channel('room:1').join<{ name: string }, { text: string }>({
      onMessage: ({ payload }) => expectTypeOf(payload).toEqualTypeOf<{ text: string }>(),
    })
  expectTypeOf<Awaited<ReturnType<typeof join>>['members'][number]['state']>().toEqualTypeOf<{ name: string }>()
  const unknown = () => db.channel('room:1').join()
  expectTypeOf<Awaited<ReturnType<typeof unknown>>['members'][number]['state']>().toEqualTypeOf<unknown>()
})

it('aggregates answer groups and numbers', () => {
  const call = () =>
    db.posts.aggregate({
      count: true,
      countDistinct: ['author'],
      sum: ['views', 'price'],
      group: ['status', 'created:month'],
    })
  expectTypeOf<Answer<typeof call>[number]>().toEqualTypeOf<{
    status: 'draft' | 'published'
    'created:month': string | null
    count: number
    countDistinct: { author: number }
    sum: { views: number | null; price: string | null }
  }>()
})

it('a batch answers what its function returned', () => {
  const call = () =>
    db.batch((b) => {
      const tag = b.tags.create({ name: 'news' })
      const post = b.posts.create({ title: 'x', tags: [tag.id] }, { select: ['id'] })
      return { post, both: [tag, b.comments.deleteMany({ post: 'x' })] as const }
    })
  expectTypeOf<Answer<typeof call>>().toEqualTypeOf<{
    post: { id: string }
    both: [RecordOf<Code, 'tags'>, number]
  }>()
})

it('a new record asks for what nothing else fills', () => {
  type Required<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]
  expectTypeOf<Required<NewRecord<Code, 'posts'>>>().toEqualTypeOf<'title'>()
  expectTypeOf<Required<NewRecord<Code, 'comments'>>>().toEqualTypeOf<'body' | 'post'>()
  expectTypeOf<Required<NewRecord<Code, 'users'>>>().toEqualTypeOf<'email'>()
  expectTypeOf<NewRecord<Code, 'posts'>>().not.toHaveProperty('popular')
  expectTypeOf<NewRecord<Code, 'posts'>>().not.toHaveProperty('number')
})

describe('types that were written to a file', () => {
  it('are the same as those of the schema in code', () => {
    expectTypeOf<RecordOf<Schema, 'teams'>>().toEqualTypeOf<RecordOf<Code, 'teams'>>()
    expectTypeOf<RecordOf<Schema, 'users'>>().toEqualTypeOf<RecordOf<Code, 'users'>>()
    const written = createClient<Schema>('http://localhost')
    const calls = () =>
      [
        db.teams.list({ select: { members: { select: ['name'], where: { name: { contains: 'a' } } } } }),
        written.teams.list({ select: { members: { select: ['name'], where: { name: { contains: 'a' } } } } }),
      ] as const
    type Both = ReturnType<typeof calls>
    expectTypeOf<Both[0]>().toEqualTypeOf<Both[1]>()
  })
})

it('what is followed has the shape of its select', () => {
  const follow = () => {
    db.posts.subscribe({ select: { title: true, author: ['name'] } }, (event) => {
      if (event.type === 'list')
        expectTypeOf(event.items).toEqualTypeOf<{ title: string; author: { name: string | null } }[]>()
      else if (event.type === 'leave' || event.type === 'delete') expectTypeOf(event).toHaveProperty('id')
      else if (event.type !== 'resync')
        expectTypeOf(event.record).toEqualTypeOf<{ title: string; author: { name: string | null } }>()
    })
    db.posts.live({ select: ['views'], sort: '-created' }, (posts) => {
      expectTypeOf(posts).toEqualTypeOf<readonly { views: number | null }[]>()
    })
    db.posts.liveAggregate({ count: true, group: ['status'] }, (groups) => {
      expectTypeOf(groups).toEqualTypeOf<readonly { status: 'draft' | 'published'; count: number }[]>()
    })
  }
  expectTypeOf(follow).toBeFunction()
})

it('a client without a schema answers records of which nothing is known', () => {
  const call = () =>
    createClient('http://localhost')
      .collection('any')
      .list({ where: { a: 1 }, select: ['a'] })
  expectTypeOf<Answer<typeof call>['items'][number]['a']>().toEqualTypeOf<unknown>()
})

it('every field type has its TypeScript type, the one that it describes itself', () => {
  type Options = { readonly options: readonly ['a', 'b']; readonly result: 'text' }
  type Values = { [T in keyof typeof fieldTypes]: FieldValue<Options & { readonly type: T }> }
  // Assigned here so that `tsc` compares the words below with the types.
  const words = {
    text: 'string',
    richtext: 'string',
    email: 'string',
    url: 'string',
    slug: 'string',
    integer: 'number',
    decimal: 'string',
    float: 'number',
    boolean: 'boolean',
    date: 'string',
    datetime: 'string',
    select: "'a' | 'b'",
    multiselect: "('a' | 'b')[]",
    json: 'unknown',
    uuid: 'string',
    relation: 'string',
    geopoint: '{ lat: number; lon: number }',
    autonumber: 'number',
    computed: 'string',
  } satisfies { [T in keyof Values]: Word<Values[T]> }
  for (const [name, type] of Object.entries(fieldTypes)) {
    // Each takes what it knows of these.
    const described = type.typescript({ options: ['a', 'b'], result: 'text' } as never)
    expect([name, described.replaceAll('"', "'")]).toEqual([name, Reflect.get(words, name)])
  }
})

type Word<T> = unknown extends T
  ? 'unknown'
  : [T] extends [string]
    ? [string] extends [T]
      ? 'string'
      : "'a' | 'b'"
    : [T] extends [number]
      ? 'number'
      : [T] extends [boolean]
        ? 'boolean'
        : [T] extends [readonly unknown[]]
          ? "('a' | 'b')[]"
          : [T] extends [{ lat: number; lon: number }]
            ? '{ lat: number; lon: number }'
            : never
