import pg from 'pg'
import type { Caller } from '../api.ts'

export interface WritersOptions {
  readonly databaseUrl: string
  readonly random: () => number
  readonly groups: readonly string[]
  readonly users: readonly string[]
  /** The API of a copy that may be killed at any moment. */
  readonly nextCaller: () => Caller
  readonly isOver: () => boolean
}

const pick = <T>(random: () => number, all: readonly T[]): T => {
  const found = all[Math.floor(random() * all.length)]
  if (found === undefined) throw new Error('There is nothing to pick from.')
  return found
}

/** Values that a record may be given; each is drawn anew. */
function draw({ random, groups, users }: WritersOptions) {
  return {
    name: `${pick(random, ['x', 'y', 'z'])}${Math.floor(random() * 1e6)}`,
    kind: pick(random, ['a', 'b', 'c']),
    n: Math.floor(random() * 100),
    hot: random() < 0.5,
    owner: random() < 0.2 ? null : pick(random, users),
    parent: random() < 0.2 ? null : pick(random, groups),
  }
}

const insertText = `
  insert into public.items (id, name, kind, n, hot, owner, parent, created, updated)
  values (plinth.uuid_v7(), $1, $2, $3, $4, $5, $6, now(), now())`
const someItem = '(select id from public.items order by random() limit 1)'

/** Writes by hand: transactions with savepoints and rollbacks, and statements that change many records at once. */
export async function writeBySql(options: WritersOptions): Promise<void> {
  const { databaseUrl, random, isOver } = options
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // They are made to stand in each other's way; a second's wait each time would leave little to be written.
  await client.query("set deadlock_timeout = '20ms'")
  const insert = () => {
    const { name, kind, n, hot, owner, parent } = draw(options)
    return client.query(insertText, [name, kind, n, hot, owner, parent])
  }
  const steps = [
    insert,
    insert,
    () =>
      client.query(`update public.items set n = $1, name = $2 where id = ${someItem}`, [
        draw(options).n,
        draw(options).name,
      ]),
    () =>
      client.query(`update public.items set owner = $1, hot = not hot where id = ${someItem}`, [draw(options).owner]),
    () => client.query(`update public.items set parent = $1 where id = ${someItem}`, [draw(options).parent]),
    () => client.query(`delete from public.items where id = ${someItem}`),
    () =>
      client.query('update public.items set n = (n + 7) % 100, hot = not hot where n between $1 and $1 + 5', [
        draw(options).n,
      ]),
    () =>
      client.query('delete from public.items where id in (select id from public.items order by random() offset 150)'),
    () => client.query('update public.groups set open = not open where id = $1', [pick(random, options.groups)]),
  ]
  while (!isOver()) {
    try {
      await client.query('begin')
      for (let i = 0; i < 1 + random() * 4; i += 1) {
        const undone = random() < 0.3
        if (undone) await client.query('savepoint here')
        await pick(random, steps)()
        if (undone) await client.query('rollback to savepoint here')
        if (random() < 0.2) await pause(random() * 30)
      }
      await client.query(random() < 0.2 ? 'rollback' : 'commit')
    } catch {
      // Two writers stood in each other's way: PostgreSQL has refused one of them.
      await client.query('rollback')
    }
    await pause(random() * 40)
  }
  await client.end()
}

/** Writes through the API, whose copies may die before they answer: what then was written, the log tells. */
export async function writeByApi(options: WritersOptions): Promise<void> {
  const { random, nextCaller, isOver } = options
  while (!isOver()) {
    const caller = nextCaller()
    const operations = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      method: 'create',
      collection: 'items',
      body: draw(options),
    }))
    const send =
      random() < 0.5
        ? caller.send('POST', '/api/batch', { operations })
        : caller.send('PATCH', `/api/records/items?filter=${encodeURIComponent(`n = ${draw(options).n}`)}`, {
            n: draw(options).n,
            hot: draw(options).hot,
          })
    const answer = await send.catch(() => null)
    if (answer === null) await pause(20)
    else if (answer.status >= 400 && answer.status < 500 && answer.status !== 409)
      throw new Error(JSON.stringify(answer.body))
    await pause(random() * 60)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
