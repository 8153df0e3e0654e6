import { destination, type Logger, pino } from 'pino'

export type Log = Logger
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/** Names whose values never reach a log, at the top of a line and one level below. */
const secrets = ['authorization', 'cookie', 'password', 'token', 'accessToken', 'key', 'secret', 'privateKey', 'hash']

/** One JSON line an entry, to standard output. Written in the background: a slow reader of the log slows no request. */
export function createLog(level: LogLevel, to: string | number = 1): Log & { flushSync(): void } {
  const stream = destination({ dest: to, sync: false })
  const log = pino(
    { level, base: null, redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' } },
    stream,
  )
  return Object.assign(log, { flushSync: () => stream.flushSync() })
}
