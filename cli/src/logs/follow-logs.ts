import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, PlinthError } from '@plinth/sdk'
import type { Terminal } from '../terminal/terminal.ts'

export const logPath = '/api/admin/logs'

export interface LogQuery {
  readonly lines: number
  readonly level?: string | undefined
}

/** How many lines a server keeps. */
const keptLines = 1_000
const pauseMilliseconds = 500

/** Shows lines as they come, until it is stopped. A server that goes away is waited for. */
export async function followLogs(
  client: Client,
  terminal: Terminal,
  query: LogQuery,
  show: (line: string) => void,
  stopped: AbortSignal,
): Promise<void> {
  const { isNew, repeat } = shownLines()
  let [wanted, isAway] = [query, false]
  while (!stopped.aborted) {
    const body = await open(client, wanted, stopped)
    if (isAway && body !== null) terminal.note('Plinth answers again.')
    if (body !== null) for await (const line of linesOf(body)) if (isNew(line)) show(line)
    if (stopped.aborted) return
    if (!isAway && body === null) terminal.note('Plinth does not answer; waiting for it.')
    isAway = body === null
    // What was logged meanwhile is among the lines that it keeps.
    wanted = { ...query, lines: keptLines }
    repeat()
    await sleep(pauseMilliseconds, undefined, { signal: stopped }).catch(() => {})
  }
}

/** Null where there is no server at the moment. */
async function open(client: Client, query: LogQuery, signal: AbortSignal): Promise<Response['body']> {
  try {
    return (await client.send('GET', logPath, { query: { ...query, follow: true }, signal, retries: 0 })).body
  } catch (error) {
    if (error instanceof PlinthError && (error.status === 0 || error.status >= 500)) return null
    throw error
  }
}

/** In the last line, where the server may not go on: whoever asks anew is told the same. */
const problemStart = '{"type":"urn:plinth:error:'

/** The lines up to where the stream ends or breaks off; empty ones only say that it goes on. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const piece of body) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines.filter((line) => line !== '' && !line.startsWith(problemStart))
    }
  } catch {
    // The server went away: it is asked anew.
  }
}

/** Tells lines that were shown before a break from those after it: a server answers the last ones it kept once more. */
function shownLines() {
  const known = new Set<string>()
  let isRepeating = false
  return {
    /** There was a break: what follows may have been shown. */
    repeat: () => void (isRepeating = true),
    isNew: (line: string): boolean => {
      if (isRepeating && known.has(line)) return false
      isRepeating = false
      known.add(line)
      const [oldest] = known
      if (known.size > keptLines && oldest !== undefined) known.delete(oldest)
      return true
    },
  }
}
