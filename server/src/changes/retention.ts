import type { Database, Session } from '../database/database.ts'
import {
  addDays,
  createPartition,
  type Day,
  dayOf,
  dropPartition,
  dropStrays,
  listPartitions,
  listStrayDays,
} from './log-partitions.ts'
import { renewEpoch } from './renew-epoch.ts'

export interface RetentionOptions {
  /** How many whole days of changes to keep besides today's. */
  readonly keepDays: number
  readonly now?: Date
}

export interface LogMaintenance {
  /** Days that have a partition now and had none before. */
  readonly created: readonly Day[]
  readonly dropped: readonly Day[]
  /** Something had to wait: another copy is at it, or a long transaction holds the log. Try again in a while. */
  readonly postponed: boolean
}

const daysAhead = 3

/** Held for each step, so that of several copies one does it. Any number, as long as it never changes. */
const maintenanceLock = 7_045_231_005

/**
 * Keeps the log in order: notices when the database was restored, makes the partitions of the coming days, and drops the
 * days that are no longer kept. Each step is a transaction of its own and gives up quickly when others hold what it
 * needs: whoever writes must not queue up behind it.
 */
export async function maintainLog(database: Database, options: RetentionOptions): Promise<LogMaintenance> {
  const today = dayOf(options.now ?? new Date())
  const firstKept = addDays(today, -options.keepDays)
  const present = await listPartitions(database)
  const strays = await listStrayDays(database)

  const renewed = await inStep(database, renewEpoch)
  const cleared = strays.some((day) => day < firstKept)
    ? await inStep(database, (session) => dropStrays(session, firstKept))
    : true
  const ahead = Array.from({ length: daysAhead + 1 }, (_, days) => addDays(today, days))
  const missing = new Set([...ahead, ...strays].filter((day) => day >= firstKept && !present.includes(day)))
  const created = await forEachDay(database, [...missing].toSorted(), (session, day) =>
    createPartition(session, day, day <= today),
  )
  const expired = present.filter((day) => day < firstKept)
  const dropped = await forEachDay(database, expired, dropPartition)

  const postponed = !renewed || !cleared || created.length < missing.size || dropped.length < expired.length
  return { created, dropped, postponed }
}

async function forEachDay(
  database: Database,
  days: readonly Day[],
  work: (session: Session, day: Day) => Promise<void>,
): Promise<readonly Day[]> {
  const done: Day[] = []
  for (const day of days) {
    if (await inStep(database, (session) => work(session, day))) done.push(day)
  }
  return done
}

/** Runs one step; false when it has to wait for another time. */
async function inStep(database: Database, work: (session: Session) => Promise<void>): Promise<boolean> {
  try {
    return await database.transaction(async (session) => {
      const rows = await session.run({ text: 'select pg_try_advisory_xact_lock($1)', values: [maintenanceLock] })
      if (rows[0]?.[0] !== 't') return false
      await session.run({ text: "set local lock_timeout = '300ms'", values: [] })
      // A day that went to the default partition may take long to move.
      await session.run({ text: 'set local statement_timeout = 0', values: [] })
      await work(session)
      return true
    })
  } catch (error) {
    if (postponing.has(codeOf(error))) return false
    throw error
  }
}

// The lock was not to be had in time, or only in a deadlock.
const postponing: ReadonlySet<unknown> = new Set(['55P03', '40P01'])

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

export interface MaintenanceOptions {
  readonly keepDays: number
  readonly onError?: (error: unknown) => void
  /** Milliseconds between rounds (an hour), and after one that was postponed (a minute). */
  readonly everyMs?: number
  readonly retryMs?: number
}

/** Maintains the log now, and then every hour until stopped. Resolves when the first round is done. */
export async function startLogMaintenance(
  database: Database,
  { keepDays, onError = () => {}, everyMs = 3_600_000, retryMs = 60_000 }: MaintenanceOptions,
): Promise<{ stop(): Promise<void> }> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let round = Promise.resolve()
  const schedule = (postponed: boolean) => {
    if (!stopped) timer = setTimeout(next, postponed ? retryMs : everyMs).unref()
  }
  const next = () => {
    round = maintainLog(database, { keepDays }).then(
      ({ postponed }) => schedule(postponed),
      (error: unknown) => {
        onError(error)
        schedule(true)
      },
    )
  }
  next()
  await round
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      return round
    },
  }
}
