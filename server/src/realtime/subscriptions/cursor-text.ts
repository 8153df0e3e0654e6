import { hash, type KeyObject } from 'node:crypto'
import { errors } from '@plinth/schema'
import { type ChangeCursor, decodeCursor } from '../../changes/cursor.ts'

/**
 * Reads the cursor of a subscription: a place in the log, and whose events it was counted for.
 *
 * @throws Problem invalidCursor; resyncRequired where it was for another user, other roles or another rule
 */
export function readCursor(text: string, fingerprint: string, key: KeyObject): ChangeCursor {
  const [place = '', itsFingerprint, ...more] = text.split('.')
  if (itsFingerprint === undefined || more.length > 0) throw errors.invalidCursor()
  const cursor = decodeCursor(place, key)
  if (itsFingerprint !== fingerprint) throw errors.resyncRequired()
  return cursor
}

/** A short name for all that a subscription's events depend on. */
export const fingerprintOf = (parts: readonly unknown[]): string =>
  hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 16)
