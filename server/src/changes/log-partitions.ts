import { quoteIdentifier } from '../database/sql.ts'
import type { Session } from '../database/database.ts'

/** A day in UTC, `2026-01-31`: the log has a partition for each. */
export type Day = string

export const dayOf = (time: Date): Day => time.toISOString().slice(0, 10)

export const addDays = (day: Day, days: number): Day => dayOf(new Date(Date.parse(day) + days * 86_400_000))

/** The days that have a partition, oldest first. */
export async function listPartitions(session: Session): Promise<readonly Day[]> {
  const rows = await session.run({ text: listText, values: [] })
  return rows.flatMap(([day]) => day ?? [])
}

const listText = `
  select to_date(substring(relname from 9), 'YYYYMMDD')::text
  from pg_inherits join pg_class on pg_class.oid = inhrelid
  where inhparent = 'plinth.changes'::regclass and relname ~ '^changes_[0-9]{8}$'
  order by relname`

/** The days of changes that found no partition and went to the default one. */
export async function listStrayDays(session: Session): Promise<readonly Day[]> {
  const text = `select distinct (at at time zone 'UTC')::date::text from plinth.changes_default`
  const rows = await session.run({ text, values: [] })
  return rows.flatMap(([day]) => day ?? [])
}

/**
 * Gives a day its partition, and moves into it what the default one holds of that day. The new table is attached when it
 * is complete: PostgreSQL refuses a partition while the default one has rows of its range.
 *
 * For a day that may be written to right now, `quiet` keeps all writers and readers of the log waiting meanwhile: a writer
 * that is just about to write such a row to the default partition would fail when it may no longer go there; a reader that
 * has already looked which partitions there are, and whose snapshot is then taken after the move, would find the moved
 * rows in neither. A coming day can be given its partition without that.
 */
export async function createPartition(session: Session, day: Day, quiet: boolean): Promise<void> {
  if (await hasPartition(session, day)) return
  const table = partitionTable(day)
  const range = { from: `${day} 00:00:00+00`, to: `${addDays(day, 1)} 00:00:00+00` }
  await run(session, `lock table only plinth.changes in ${quiet ? 'access exclusive' : 'share update exclusive'} mode`)
  await run(session, 'lock table plinth.changes_default in access exclusive mode')
  await run(session, `create table ${table} (like plinth.changes including defaults including indexes)`)
  await session.run({
    text: `
      with moved as (
        delete from plinth.changes_default
        where at >= $1::timestamptz and at < $2::timestamptz
        returning *
      )
      insert into ${table} select * from moved`,
    values: [range.from, range.to],
  })
  await run(
    session,
    `alter table plinth.changes attach partition ${table} for values from ('${range.from}') to ('${range.to}')`,
  )
}

/**
 * Drops a day and moves the horizon past its newest transaction, in one transaction, so that every reader sees both or
 * neither. The locks wait for all who write to the log: nothing of a running transaction is dropped.
 */
export async function dropPartition(session: Session, day: Day): Promise<void> {
  if (!(await hasPartition(session, day))) return
  const table = partitionTable(day)
  await run(session, 'lock table only plinth.changes in access exclusive mode')
  await run(session, `lock table ${table} in access exclusive mode`)
  await raiseHorizon(session, `select txid from ${table} order by txid desc limit 1`)
  await run(session, `drop table ${table}`)
}

/** The same for what the default partition has from before a day. */
export async function dropStrays(session: Session, before: Day): Promise<void> {
  const strays = `from plinth.changes_default where at < '${before} 00:00:00+00'`
  await run(session, 'lock table plinth.changes_default in share row exclusive mode')
  await raiseHorizon(session, `select txid ${strays} order by txid desc limit 1`)
  await run(session, `delete ${strays}`)
}

// Another copy may have been quicker.
const hasPartition = async (session: Session, day: Day): Promise<boolean> =>
  (await listPartitions(session)).includes(day)

// `greatest` passes over the null that an empty partition gives.
const raiseHorizon = (session: Session, newestDropped: string): Promise<void> =>
  run(session, `update plinth.log_epoch set horizon = greatest(horizon, (${newestDropped}))`)

const partitionTable = (day: Day): string => `plinth.${quoteIdentifier(`changes_${day.replaceAll('-', '')}`)}`

async function run(session: Session, text: string): Promise<void> {
  await session.run({ text, values: [] })
}
