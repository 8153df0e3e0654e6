import { idsOf } from './random-writes.ts'

/** A record by the singular of its collection and its number: `post0`. */
export function named(name: string): { readonly collection: string; readonly id: string } {
  const collection = `${name.slice(0, -1)}s`
  const id = idsOf(collection)[Number(name.at(-1))]
  if (id === undefined) throw new Error(`There is no ${name}.`)
  return { collection, id }
}

const names = ['users', 'teams', 'tags', 'posts', 'comments', 'pins'].flatMap((collection) =>
  idsOf(collection).map((id, n) => [id, `${collection.slice(0, -1)}${n}`] as const),
)

export const nameOf = (id: string): string => new Map(names).get(id) ?? id

/** Nothing but these records. */
export const smallWorld: readonly string[] = [
  ...['comments', 'pins', 'posts', 'users', 'teams', 'tags'].map((collection) => `delete from public.${collection};`),
  insert('team0', { name: 'a', open: 'false' }),
  insert('team1', { name: 'b', open: 'false' }),
  insert('tag0', { name: 'a', hot: 'false' }),
  insert('tag1', { name: 'b', hot: 'false' }),
  insert('user0', { team: 'team0' }),
  insert('user1', { team: 'team0' }),
  insert('user2', { team: 'team1' }),
  insert('post0', { title: 'a', author: 'user0' }),
  insert('post1', { title: 'a', author: 'user1' }),
  insert('post2', { title: 'a', author: 'user2', parent: 'post0' }),
  insert('post3', { title: 'a', parent: 'post2' }),
  insert('comment0', { post: 'post0', hidden: 'false' }),
  insert('pin0', { post: 'post1', open: 'false' }),
  link('post0', 'tag0'),
  link('post1', 'tag0'),
  link('post2', 'tag1'),
]

function insert(name: string, values: Readonly<Record<string, string>>): string {
  const { collection, id } = named(name)
  const email = collection === 'users' ? { email: `${name}@example.com`, roles: '{}' } : {}
  const all = Object.entries({ ...values, ...email })
  const texts = all.map(([, value]) => `'${/^[a-z]+\d$/.test(value) ? named(value).id : value}'`)
  return `insert into public.${collection} (id, created, updated, ${all.map(([field]) => field).join(', ')})
    values ('${id}', now(), now(), ${texts.join(', ')});`
}

function link(post: string, tag: string): string {
  return `insert into public."posts.tags" (source, target) values ('${named(post).id}', '${named(tag).id}');`
}
