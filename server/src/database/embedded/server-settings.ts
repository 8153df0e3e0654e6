import { totalmem } from 'node:os'

const megabyte = 1024 * 1024

/**
 * What differs from PostgreSQL's defaults. Given at each start, so that a new build's settings take effect.
 *
 * @param connections how many there may be at a time
 */
export function serverSettings(
  listen: Readonly<Record<string, string>>,
  connections: number,
): Readonly<Record<string, string>> {
  return {
    ...listen,
    shared_buffers: `${sharedMegabytes()}MB`,
    max_connections: String(connections),
    password_encryption: 'scram-sha-256',
    lc_messages: 'C',
    // Solid state disks are the rule: an index costs little more there than reading on.
    random_page_cost: '1.1',
    // Starts, stops and crashes, but not failed statements: those are for whoever sent them, and would fill the log.
    log_min_messages: 'log',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    logging_collector: 'off',
  }
}

/** A sixteenth of the memory, within 128 and 256 MB: it shares the machine with Plinth and whatever else runs there. */
function sharedMegabytes(): number {
  // In a container, its own limit; where there is none, a huge number or zero.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY
  const available = Math.min(limit, totalmem()) / megabyte
  return Math.round(Math.min(256, Math.max(128, available / 16)))
}
