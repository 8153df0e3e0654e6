import { destination, type Logger, pino, symbols } from 'pino'
import { RecentLines } from './recent-lines.ts'

export type Log = Logger
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/** A log that also keeps its last lines. */
export interface ServerLog extends Log {
  readonly recent: RecentLines
  flushSync(): void
}

/** Names whose values never reach a log, at the top of a line and one level below. */
const secrets = ['authorization', 'cookie', 'password', 'token', 'accessToken', 'key', 'secret', 'privateKey', 'hash']

/**
 * One JSON line an entry, to standard output. Written in the background: a slow reader of the log slows no request.
 *
 * @param base what stands in every line, such as which worker it is of
 */
export function createLog(
  level: LogLevel,
  to: string | number = 1,
  base: Readonly<Record<string, unknown>> | null = null,
): ServerLog {
  const output = destination({ dest: to, sync: false })
  const recent = new RecentLines()
  const stream = {
    // Asks pino to say the level of each line before it writes it.
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string): void {
      recent.add(this.lastLevel, line)
      output.write(line)
    },
  }
  const log = pino(
    {
      level,
      base: base === null ? null : { ...base },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    stream,
  )
  return Object.assign(log, { recent, flushSync: () => output.flushSync() })
}
