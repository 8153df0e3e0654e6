import type { Random } from '../../changes/random.ts'

const idOf = (kind: number, n: number): string => `0190a000-0000-7000-8000-000000000${kind}0${n}`

/** Few records, so that they meet often. */
const ids = Object.fromEntries(
  Object.entries({ users: 4, teams: 3, tags: 3, posts: 6, comments: 5, pins: 3 }).map(([name, count], kind) => [
    name,
    Array.from({ length: count }, (_, n) => idOf(kind, n)),
  ]),
)

export const idsOf = (collection: string): readonly string[] => ids[collection] ?? []

const titles = ["'a'", "'a'", "'b'", 'null']
const flags = ['true', 'true', 'false']

type Value = (random: Random) => string
const oneOf =
  (values: readonly string[]): Value =>
  (random) =>
    random.pick(values)
/** What is not there any more is no link. */
const linkTo =
  (collection: string): Value =>
  (random) =>
    random.chance(0.1) ? 'null' : `(select id from public.${collection} where id = '${random.pick(idsOf(collection))}')`

const fields: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  users: { team: linkTo('teams'), boss: linkTo('users') },
  teams: { name: oneOf(titles), open: oneOf(flags) },
  tags: { name: oneOf(titles), hot: oneOf(flags) },
  posts: { title: oneOf(titles), author: linkTo('users'), parent: linkTo('posts') },
  comments: { post: linkTo('posts'), by: linkTo('users'), hidden: oneOf(flags) },
  pins: { post: linkTo('posts'), open: oneOf(flags) },
}
const links = [
  ['posts', 'tags', 'tags'],
  ['users', 'pinned', 'tags'],
] as const

/** A statement that makes, changes, deletes or links something. */
export const randomWrite = (random: Random): string =>
  attempt(random.chance(0.25) ? writeLink(random) : writeRecord(random))

function writeLink(random: Random): string {
  const [collection, field, to] = random.pick(links)
  const [source, target] = [random.pick(idsOf(collection)), random.pick(idsOf(to))]
  const table = `public."${collection}.${field}"`
  if (random.chance(0.4)) return `delete from ${table} where source = '${source}' and target = '${target}'`
  return `insert into ${table} (source, target) select s.id, t.id from public.${collection} s, public.${to} t where s.id = '${source}' and t.id = '${target}'`
}

function writeRecord(random: Random): string {
  const collection = random.pick(Object.keys(fields))
  const id = random.pick(idsOf(collection))
  const values = Object.entries(fields[collection] ?? {}).map(([name, value]) => [name, value(random)] as const)
  if (random.chance(0.1)) return `delete from public.${collection} where id = '${id}'`
  if (random.chance(0.5)) {
    const [name, value] = random.pick(values)
    return `update public.${collection} set ${name} = ${value} where id = '${id}'`
  }
  return putRecord(collection, id, values)
}

function putRecord(collection: string, id: string, values: readonly (readonly [string, string])[]): string {
  const own = collection === 'users' ? [...values, ['email', `'${id}@example.com'`], ['roles', "'{}'"]] : values
  const names = own.map(([name]) => name)
  return `insert into public.${collection} (id, created, updated, ${names.join(', ')})
    values ('${id}', now(), now(), ${own.map(([, value]) => value).join(', ')})
    on conflict (id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`
}

/** All records, linked at random: the second time around there is something to link to. */
export function firstWrites(random: Random): readonly string[] {
  const records = Object.entries(fields).flatMap(([collection, each]) =>
    idsOf(collection).map((id) => ({ collection, each, id })),
  )
  const writes = [...records, ...records].map(({ collection, each, id }) => {
    const values = Object.entries(each).map(([name, value]) => [name, value(random)] as const)
    return attempt(putRecord(collection, id, values))
  })
  return [...writes, ...Array.from({ length: 12 }, () => attempt(writeLink(random)))]
}

/** What a constraint forbids does not happen. */
const attempt = (write: string): string =>
  `begin ${write}; exception when unique_violation or check_violation then null; end;`
