/**
 * What one moment could see of the log: of every transaction below `xmax` everything that ever committed, except for
 * those that were still running (`xip`).
 */
export interface Snapshot {
  readonly xmax: bigint
  readonly xip: readonly bigint[]
  /** How far retention had dropped changes at that moment. */
  readonly horizon: bigint
}

/** Has seen nothing yet. */
export const nothingSeen = (horizon: bigint): Snapshot => ({ xmax: 0n, xip: [], horizon })

/**
 * Makes a snapshot of the text of `pg_current_snapshot()` (`xmin:xmax:xip,xip`). It reaches only up to `newest`, the
 * newest transaction whose changes it sees, or else up to `before`, a snapshot taken earlier.
 *
 * PostgreSQL's own xmax may count transactions that rolled back and of which nothing has reached the disk. After a crash
 * it gives their numbers out again, and a cursor that takes them for seen would miss what is then written under them. A
 * transaction whose changes are visible is on disk, so nothing at or below its number can come again.
 */
export function parseSnapshot(text: string, newest: string | null, before: Snapshot, horizon: bigint): Snapshot {
  const xmax = newest === null ? before.xmax : BigInt(newest) + 1n
  const running = text.slice(text.lastIndexOf(':') + 1)
  const xip = running === '' ? [] : running.split(',').map(BigInt)
  return { xmax, xip: xip.filter((each) => each < xmax), horizon }
}

/**
 * Whether changes may have been dropped that this snapshot has not seen. Nobody drops changes of a transaction that still
 * runs, so what was running at the snapshot's time lost nothing to the horizon of that time.
 */
export function hasLost(snapshot: Snapshot, horizon: bigint): boolean {
  const oldestUnseen = snapshot.xip.reduce((oldest, each) => (each < oldest ? each : oldest), snapshot.xmax)
  return horizon > snapshot.horizon && oldestUnseen <= horizon
}

/** PostgreSQL's text of an `xid8[]`. */
export const xipArray = (snapshot: Snapshot): string => `{${snapshot.xip.join(',')}}`

/** Whether one snapshot has seen all that another has. */
export const hasSeenAll = (one: Snapshot, other: Snapshot): boolean =>
  one.xmax >= other.xmax && one.xip.every((each) => each >= other.xmax || other.xip.includes(each))
