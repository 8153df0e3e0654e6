import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Caller } from '../api.ts'
import type { Post, Tables } from './ledger.ts'

/** A connection to the embedded PostgreSQL of a data folder, past all of Plinth. */
export async function openDatabase(dataDir: string): Promise<pg.Client> {
  const password = await readFile(join(dataDir, 'password'), 'utf8')
  const lines = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  // https://www.postgresql.org/docs/current/storage-file-layout.html: port and socket folder are its fourth and fifth line.
  const client = new pg.Client({
    host: lines[4] ?? '',
    port: Number(lines[3]),
    user: 'plinth',
    database: 'postgres',
    password,
  })
  await client.connect()
  return client
}

export interface Observed {
  /** As the API answers them. */
  readonly tables: Tables
  /** Marks that more than one record has. */
  readonly repeated: readonly string[]
  /** What each request has left in the change log: `posts create`, …, sorted. */
  readonly changes: ReadonlyMap<string, readonly string[]>
  /** Records whose history in the change log does not end with what the table holds. */
  readonly unexplained: readonly string[]
}

/** All that there is, through the API and in the change log. */
export async function observe(caller: Caller, database: pg.Client): Promise<Observed> {
  const [posts, tags, people] = await Promise.all([
    caller.list('posts', { select: 'mark,title,views,author(mark),tags(mark;sort=mark)' }),
    caller.list('tags', { select: 'mark' }),
    caller.list('people', { select: 'mark' }),
  ])
  const marks = [...posts, ...tags, ...people].map(({ mark }) => String(mark))
  return {
    tables: {
      posts: new Map(posts.map((record) => [String(record['mark']), postOf(record)])),
      tags: new Set(tags.map(({ mark }) => String(mark))),
      people: new Set(people.map(({ mark }) => String(mark))),
    },
    repeated: repeatedIn(marks),
    changes: await changesByRequest(database),
    unexplained: await unexplainedRecords(database),
  }
}

function repeatedIn(marks: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return marks.filter((mark) => seen.size === seen.add(mark).size)
}

function postOf({ title, views, author, tags }: Readonly<Record<string, unknown>>): Post {
  // As the select says.
  const [person, list] = [author as { readonly mark: string } | null, tags as readonly { readonly mark: string }[]]
  return {
    title: String(title),
    views: Number(views),
    author: person?.mark ?? null,
    tags: list.map(({ mark }) => mark),
  }
}

async function changesByRequest(database: pg.Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await database.query<{ request: string; changes: string[] }>(`
    select request, array_agg(collection || ' ' || op order by collection || ' ' || op collate "C") as changes
    from plinth.changes where collection in ('posts', 'posts.tags', 'tags', 'people') group by request`)
  return new Map(rows.map(({ request, changes }) => [request, changes]))
}

/** How rows of each table are told apart, in the JSON of the change log. */
const keys = {
  posts: `row ->> 'id'`,
  tags: `row ->> 'id'`,
  people: `row ->> 'id'`,
  'posts.tags': `concat(row ->> 'source', row ->> 'target')`,
}

async function unexplainedRecords(database: pg.Client): Promise<readonly string[]> {
  // As the change log writes times.
  await database.query(`set timezone = 'UTC'`)
  const found: string[] = []
  for (const [table, key] of Object.entries(keys)) {
    const { rows } = await database.query<{ record: string }>(
      `
      with logged as (
        select distinct on (${key}) op, row
        from plinth.changes, lateral (select coalesce(after, before) as row) as either
        where collection = $1
        order by ${key}, seq desc),
      present as (select to_jsonb(t) as whole from public."${table}" as t)
      select coalesce(whole, row)::text as record
      from present full join (select row from logged where op <> 'delete') as alive on row = whole
      where whole is null or row is null`,
      [table],
    )
    found.push(...rows.map(({ record }) => `${table} ${record}`))
  }
  return found
}
