import { errors } from '@plinth/schema'
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Snapshot } from './snapshot.ts'

/** A position in the change log. */
export interface ChangeCursor {
  /** The log that it belongs to: in another epoch it means nothing. */
  readonly epoch: string
  /** Everything that this snapshot saw has been read. */
  readonly seen: Snapshot
  /** Half way: of what `target` saw beyond `seen`, everything up to `seq` has been read too. */
  readonly page?: { readonly target: Snapshot; readonly seq: bigint }
}

const version = '1'
const signatureLength = 16

/** The cursor as callers hold it: opaque text, signed, so that nobody can make one up. */
export function encodeCursor(cursor: ChangeCursor, key: KeyObject): string {
  const page = cursor.page === undefined ? [] : [snapshotText(cursor.page.target), cursor.page.seq]
  const text = Buffer.from([version, cursor.epoch, snapshotText(cursor.seen), ...page].join('|'))
  return Buffer.concat([sign(text, key), text]).toString('base64url')
}

/** Reads a cursor that a caller sent. Throws `invalidCursor` unless it is one that `encodeCursor` made with this key. */
export function decodeCursor(encoded: string, key: KeyObject): ChangeCursor {
  const bytes = Buffer.from(encoded, 'base64url')
  const signature = bytes.subarray(0, signatureLength)
  const text = bytes.subarray(signatureLength)
  if (signature.length !== signatureLength || !timingSafeEqual(signature, sign(text, key))) throw errors.invalidCursor()
  return parseCursor(text.toString())
}

function parseCursor(text: string): ChangeCursor {
  const [itsVersion, epoch, seen, target, seq] = text.split('|')
  // Signed by us, but by a build that wrote them differently.
  if (itsVersion !== version || epoch === undefined || seen === undefined) throw errors.invalidCursor()
  const start = { epoch, seen: parseSnapshotText(seen) }
  if (target === undefined || seq === undefined) return start
  return { ...start, page: { target: parseSnapshotText(target), seq: BigInt(seq) } }
}

const sign = (text: Buffer, key: KeyObject): Buffer =>
  // The prefix keeps a signature made for something else with the same key from passing here.
  createHmac('sha256', key).update('change-cursor:').update(text).digest().subarray(0, signatureLength)

const snapshotText = ({ xmax, xip, horizon }: Snapshot): string => [xmax, horizon, ...xip].join(',')

function parseSnapshotText(text: string): Snapshot {
  const [xmax = 0n, horizon = 0n, ...xip] = text.split(',').map(BigInt)
  return { xmax, xip, horizon }
}
