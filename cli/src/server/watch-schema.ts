import { setTimeout as sleep } from 'node:timers/promises'
import type { SchemaDocument } from '@plinth/schema'
import { type Client, PlinthError } from '@plinth/sdk'
import type { Terminal } from '../terminal/terminal.ts'
import { plainSchema } from './schema-api.ts'

const pollMilliseconds = 500

/** Shows each new version of the schema, the present one first, until it is stopped. */
export async function watchSchema(
  client: Client,
  terminal: Terminal,
  show: (document: SchemaDocument) => void,
  stopped: AbortSignal,
): Promise<void> {
  let known: string | null = null
  let isAway = false
  while (!stopped.aborted) {
    try {
      const news = await readIfNew(client, known)
      if (isAway) terminal.note('Plinth answers again.')
      isAway = false
      if (news !== null) {
        known = news.etag
        show(news.document)
      }
    } catch (error) {
      if (!(error instanceof PlinthError) || (error.status !== 0 && error.status < 500)) throw error
      if (!isAway && !stopped.aborted) terminal.note('Plinth does not answer; waiting for it.')
      isAway = true
    }
    await sleep(pollMilliseconds, undefined, { signal: stopped }).catch(() => {})
  }
}

/** Null where the server still has what is known. */
async function readIfNew(
  client: Client,
  known: string | null,
): Promise<{ readonly etag: string | null; readonly document: SchemaDocument } | null> {
  const headers = known === null ? {} : { 'If-None-Match': known }
  try {
    const response = await client.send('GET', '/api/schema', { headers, retries: 0 })
    const document = (await response.json()) as SchemaDocument // The shape of the route's answer.
    return { etag: response.headers.get('etag'), document: plainSchema(document) }
  } catch (error) {
    if (error instanceof PlinthError && error.status === 304) return null
    throw error
  }
}
