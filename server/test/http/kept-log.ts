import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type ServerLog } from '../../src/observability/log.ts'

export interface KeptLog {
  readonly log: ServerLog
  /** Everything so far, such as what a server says of its settings when it starts, is no news any more. */
  skip(): Promise<void>
  /** What was logged since then. */
  news(): Promise<string>
}

/** A log of warnings and errors, to see whether anything went wrong behind the answers. */
export async function keepLog(): Promise<KeptLog> {
  const file = join(await mkdtemp(join(tmpdir(), 'plinth-log-')), 'log')
  const log = createLog('warn', file)
  let skipped = 0
  const all = async (): Promise<string> => {
    log.flushSync()
    return readFile(file, 'utf8')
  }
  return {
    log,
    skip: async () => {
      skipped = (await all()).length
    },
    news: async () => (await all()).slice(skipped, skipped + 20_000),
  }
}
