import pg from 'pg'
import { bodyText } from './workloads.ts'

/** What the requests need to know of the data. */
export interface Dataset {
  /** Ids of posts that the caller may read: published ones and the caller's own. */
  readonly readable: readonly string[]
  /** Ids of the caller's posts. */
  readonly own: readonly string[]
  readonly authors: readonly string[]
}

export const sizes = { authors: 1_000, posts: 100_000, comments: 300_000 } as const

/**
 * Fills the collections, and gives the floor tables of its own with the same rows, columns, indexes and constraints but
 * without the change log's triggers.
 *
 * @param owners users among whom the posts are shared out evenly; the first is the caller
 */
export async function seed(databaseUrl: string, owners: readonly string[]): Promise<Dataset> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await fill(client, owners)
    await copyForFloor(client)
    for (const table of ['public.authors', 'public.posts', 'public.comments', 'floor.authors', 'floor.posts']) {
      await client.query(`vacuum analyze ${table}`)
    }
    return await describe(client, owners)
  } finally {
    await client.end()
  }
}

/** `created` is a minute apart from post to post, so that the newest are the same for everybody. */
async function fill(client: pg.Client, owners: readonly string[]): Promise<void> {
  // Neither the change log nor foreign keys look at these rows.
  await client.query(`set session_replication_role = replica`)
  await client.query(`
    insert into public.authors (id, name, about, created, updated)
    select plinth.uuid_v7(), 'Author ' || n, 'Has written about ' || n || ' posts.', now(), now()
    from generate_series(1, ${sizes.authors}) as n`)
  await client.query(
    `
    insert into public.posts (id, title, body, status, views, author, owner, created, updated)
    select plinth.uuid_v7(), 'Post number ' || n, $1, case when n % 5 = 0 then 'draft' else 'published' end, n % 1000,
      (array(select id from public.authors order by id))[1 + n % ${sizes.authors}],
      ($2::uuid[])[1 + (n / 7) % cardinality($2::uuid[])],
      now() - interval '1 minute' * (${sizes.posts} - n), now()
    from generate_series(1, ${sizes.posts}) as n`,
    [bodyText, owners],
  )
  await client.query(`
    insert into public.comments (id, body, post, created, updated)
    select plinth.uuid_v7(), 'Comment number ' || n, (array(select id from public.posts order by id))[1 + n % ${sizes.posts}],
      now(), now()
    from generate_series(1, ${sizes.comments}) as n`)
  await client.query('reset session_replication_role')
}

async function copyForFloor(client: pg.Client): Promise<void> {
  await client.query('create schema floor')
  for (const table of ['authors', 'posts']) {
    await client.query(`create table floor.${table} (like public.${table} including all)`)
    await client.query(`insert into floor.${table} select * from public.${table}`)
  }
  await client.query(`
    alter table floor.posts
      add foreign key (author) references floor.authors (id) on delete restrict,
      add foreign key (owner) references public.users (id) on delete restrict`)
}

async function describe(client: pg.Client, owners: readonly string[]): Promise<Dataset> {
  const ids = async (from: string, ...values: readonly unknown[]): Promise<readonly string[]> => {
    const { rows } = await client.query<{ id: string }>(`select id from ${from} order by id`, [...values])
    return rows.map(({ id }) => id)
  }
  return {
    readable: await ids(`public.posts where status = 'published' or owner = $1`, owners[0]),
    own: await ids('public.posts where owner = $1', owners[0]),
    authors: await ids('public.authors'),
  }
}
