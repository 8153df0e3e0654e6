import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { mirrorOf } from './mirror.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld, type WorldUser } from './realtime-world.ts'

let world: RealtimeWorld
let users: WorldUser[]
const teams = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002']
const postIds = Array.from({ length: 5 }, (_, i) => `0190a000-0000-7000-8000-00000000010${i}`)
const tagIds = Array.from({ length: 3 }, (_, i) => `0190a000-0000-7000-8000-00000000020${i}`)

beforeAll(async () => {
  world = await openRealtimeWorld({
    collections: {
      users: {
        kind: 'table',
        fields: { team: { type: 'relation', to: 'teams', inverse: 'members' } },
        permissions: { authenticated: { read: true, hide: ['email', 'roles'] } },
      },
      teams: {
        kind: 'table',
        fields: { name: { type: 'text' }, open: { type: 'boolean' } },
        permissions: { authenticated: { read: 'open = true' } },
      },
      tags: {
        kind: 'table',
        fields: { name: { type: 'text' }, hot: { type: 'boolean' } },
        permissions: { authenticated: { read: true } },
      },
      // Seen by the author's team, or by everybody where a tag is hot.
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text' },
          note: { type: 'text' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
          tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        },
        permissions: {
          authenticated: {
            read: '(author.team != null && author.team = @user.team) || any(tags, hot = true)',
            readIf: { note: 'author = @user.id' },
          },
        },
      },
      // Its rule stays within the record, but what is shown does not.
      notes: {
        kind: 'table',
        fields: {
          title: { type: 'text' },
          author: { type: 'relation', to: 'users' },
          tags: { type: 'relation', to: 'tags', many: true },
        },
        permissions: { authenticated: { read: 'author = @user.id' } },
      },
    },
  })
  users = [await world.user('ann'), await world.user('bob'), await world.user('eve')]
  for (const id of teams) await world.create('teams', { id, name: 'team', open: true })
  for (const id of tagIds) await world.create('tags', { id, name: 'tag' })
})
afterAll(() => world.stop())

const writes = fc.oneof(
  fc.record({ kind: fc.constant('team' as const), user: fc.nat(2), team: fc.option(fc.nat(1)) }),
  fc.record({ kind: fc.constant('open' as const), team: fc.nat(1), open: fc.boolean() }),
  fc.record({ kind: fc.constant('hot' as const), tag: fc.nat(2), hot: fc.boolean() }),
  fc.record({ kind: fc.constant('tags' as const), post: fc.nat(4), tags: fc.uniqueArray(fc.nat(2)) }),
  fc.record({ kind: fc.constant('author' as const), post: fc.nat(4), user: fc.option(fc.nat(2)) }),
  fc.record({ kind: fc.constant('title' as const), post: fc.nat(4), title: fc.string({ maxLength: 3 }) }),
  fc.record({ kind: fc.constant('put' as const), post: fc.nat(4), user: fc.nat(2), tags: fc.uniqueArray(fc.nat(2)) }),
  fc.record({ kind: fc.constant('drop' as const), post: fc.nat(4) }),
  fc.record({ kind: fc.constant('dropTag' as const), tag: fc.nat(2) }),
)
type Write = typeof writes extends fc.Arbitrary<infer T> ? T : never

const literal = (value: string | null = null): string => (value === null ? 'null' : `'${value}'`)
const user = (i: number | null): string => literal(i === null ? null : users[i]?.id)
const tagRows = (post: string | undefined, tags: readonly number[]): string =>
  tags
    .map(
      (tag) =>
        `insert into public."posts.tags" (source, target) select '${post}', id from public.tags where id = '${tagIds[tag]}' on conflict do nothing;`,
    )
    .join('\n')

/** Written by hand, so that only the log can tell. */
function sqlOf(write: Write): string {
  const post = 'post' in write ? postIds[write.post] : undefined
  switch (write.kind) {
    case 'team':
      return `update public.users set team = ${literal(write.team === null ? null : teams[write.team])} where id = ${user(write.user)};`
    case 'open':
      return `update public.teams set open = ${write.open} where id = '${teams[write.team]}';`
    case 'hot':
      return `insert into public.tags (id, name, hot, created, updated) values ('${tagIds[write.tag]}', 'tag', ${write.hot}, now(), now()) on conflict (id) do update set hot = excluded.hot;`
    case 'tags':
      return `delete from public."posts.tags" where source = '${post}';
        ${write.tags.map((tag) => `insert into public."posts.tags" (source, target) select p.id, t.id from public.posts p, public.tags t where p.id = '${post}' and t.id = '${tagIds[tag]}';`).join('\n')}`
    case 'author':
      return `update public.posts set author = ${user(write.user)} where id = '${post}';`
    case 'title':
      return `update public.posts set title = '${write.title.replaceAll("'", "''").replaceAll('\0', '')}' where id = '${post}';`
    case 'put':
      return `insert into public.posts (id, title, note, author, created, updated) values ('${post}', 'new', 'n', ${user(write.user)}, now(), now()) on conflict (id) do update set author = excluded.author;
        ${tagRows(post, write.tags)}`
    case 'drop':
      return `delete from public.posts where id = '${post}';`
    case 'dropTag':
      return `delete from public.tags where id = '${tagIds[write.tag]}';`
  }
}

interface Watched {
  readonly client: Client
  readonly user: WorldUser
  readonly wish: { readonly filter?: string; readonly select?: string }
  readonly subscription: string
  readonly list: readonly Readonly<Record<string, unknown>>[]
}

const wishes = [
  {},
  { filter: "author.team.open = true || title ~ 'a'" },
  { select: 'id,title,author(id,team(name)),tags(name;sort=id)', filter: 'count(tags) > 0' },
]

async function watch(subject: WorldUser, wish: Watched['wish']): Promise<Watched> {
  const client = await world.connect({ token: subject.token })
  const { subscription, list } = await client.ask('subscribe', {
    collection: 'posts',
    ...wish,
    list: { limit: 100, sort: 'id' },
  })
  return { client, user: subject, wish, subscription, list: list.items }
}

const stamp = async ({ user: { token }, wish }: Watched) => {
  const query = new URLSearchParams({ limit: '100', sort: 'id', ...wish })
  return (await world.call('GET', `/api/records/posts?${query}`, { token })).body.items
}

// What is shown of related records is as it was when the event was sent.
const shownOf = ({ wish }: Watched, records: readonly Readonly<Record<string, unknown>>[]) =>
  wish.select === undefined ? records : records.map(({ id }) => id)

describe('a rule or a filter that follows relations', () => {
  it('is kept right by whatever changes what may be seen', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(writes, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 8 }),
        async (steps) => {
          const watched = await Promise.all(users.flatMap((each) => wishes.map((wish) => watch(each, wish))))
          for (const step of steps) {
            await world.run(`do $do$ begin ${step.map(sqlOf).join('\n')} end $do$`)
            for (const each of watched) {
              const wanted = await stamp(each)
              await eventually(() =>
                shownOf(each, mirrorOf(each.client, each.subscription, each.list).sorted()),
              ).toEqual(shownOf(each, wanted))
              const mirror = mirrorOf(each.client, each.subscription, each.list)
              expect(mirror.faults).toEqual([])
              expect(each.client.resyncs).toEqual([])
            }
          }
          for (const { client } of watched) client.close()
        },
      ),
      { numRuns: Number(process.env['REALTIME_RUNS'] ?? 4) },
    )
  })
})
