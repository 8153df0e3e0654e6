import { errors, jsonSchema } from '@plinth/schema'
import { decodeCursor } from '../../changes/cursor.ts'
import type { Connection } from '../connection.ts'
import { JsonText } from '../json-text.ts'
import { type Message, message } from '../message.ts'
import { difference } from './difference.ts'
import type { LiveQueries } from './live-queries.ts'
import { liveCursor } from './live-query.ts'
import { type LiveBody, liveBody, wishOf } from './live-wish.ts'
import type { ReadLiveDeps } from './read-live.ts'
import type { RecentResults } from './recent-results.ts'
import type { Rows } from './rows.ts'

export interface LiveMessagesDeps extends ReadLiveDeps {
  readonly queries: LiveQueries
  readonly recent: RecentResults
}

/** The messages by which clients begin and end live queries. */
export const liveMessages = (deps: LiveMessagesDeps): readonly Message[] => [
  message({ name: 'live', body: liveBody, handle: (connection, body) => live(deps, connection, body) }),
  message({
    name: 'endLive',
    body: jsonSchema.object({ live: jsonSchema.string({ maxLength: 64 }) }),
    handle: (connection, { live: id }) => {
      deps.queries.end(connection, id)
      return {}
    },
  }),
]

async function live(deps: LiveMessagesDeps, connection: Connection, body: LiveBody): Promise<JsonText> {
  const wish = wishOf(body)
  const hash = body.cursor === undefined ? null : hashOf(deps, body.cursor)
  // What the client has, by its own word. It is looked up before the query is run, which may push it out.
  const had = hash === null ? undefined : deps.recent.find(hash)
  const { watcher, result } = await deps.queries.watch(connection, wish)
  // Who has another's cursor, or that of another query, is told nothing about what it was for.
  const known = hash === result.hash ? result.rows : had?.planKey === result.planKey ? had.rows : undefined
  const start = JSON.stringify({ live: watcher.id, cursor: liveCursor(result, deps), resumed: known !== undefined })
  const shown = known === undefined ? itemsText(result.rows) : `"changes":[${difference(known, result.rows).join(',')}]`
  return new JsonText(`${start.slice(0, -1)},${shown}}`)
}

const itemsText = (rows: Rows): string => `"items":[${rows.map(({ text }) => text).join(',')}]`

/** The name of what a client has, of its cursor. @throws Problem invalidCursor */
function hashOf({ key }: LiveMessagesDeps, cursor: string): string {
  const [place = '', hash, ...more] = cursor.split('.')
  if (hash === undefined || more.length > 0) throw errors.invalidCursor()
  decodeCursor(place, key)
  return hash
}
