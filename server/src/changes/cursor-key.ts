import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Session } from '../database/database.ts'

/** The key that cursors are signed with: the database's, so that a cursor is good on every copy of the server. */
export async function readCursorKey(session: Session): Promise<KeyObject> {
  const [row] = await session.run({ text: 'select cursor_secret from plinth.log_epoch', values: [] })
  if (!row?.[0]) throw new Error('plinth.log_epoch is empty: it must have exactly one row.')
  return createSecretKey(Buffer.from(row[0]))
}
