import { closeSync, fstatSync, futimesSync, lstatSync, openSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMilliseconds = 50
const touchMilliseconds = 1_000
/**
 * Lets one process in at a time, by a file that is there meanwhile. In the moment in which a dead holder's file is taken
 * away two might get in: what they do must bear that.
 *
 * @param staleMilliseconds whoever holds it and has not touched it for so long was killed
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, staleMilliseconds = 8_000): Promise<T> {
  const release = await take(path, staleMilliseconds)
  try {
    return await work()
  } finally {
    release()
  }
}

async function take(path: string, staleMilliseconds: number): Promise<() => void> {
  // Watched by our own clock: that of a disk in the network may be another.
  let [seen, since] = ['', performance.now()]
  for (;;) {
    const file = create(path)
    if (file !== null) return hold(path, file)
    const mark = markOf(path)
    if (mark !== seen) [seen, since] = [mark, performance.now()]
    else if (performance.now() - since > staleMilliseconds) rmSync(path, { force: true })
    await sleep(pollMilliseconds)
  }
}

/** Null where it is held. */
function create(path: string): number | null {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}

/** Changes whenever the holder does something. */
function markOf(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.ino} ${found.mtimeMs}`
}

function hold(path: string, file: number): () => void {
  const timer = setInterval(() => futimesSync(file, new Date(), new Date()), touchMilliseconds)
  timer.unref()
  return () => {
    clearInterval(timer)
    const isOurs = lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino
    closeSync(file)
    if (isOurs) rmSync(path, { force: true })
  }
}
