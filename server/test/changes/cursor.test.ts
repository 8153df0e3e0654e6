import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type ChangeCursor, decodeCursor, encodeCursor } from '../../src/changes/cursor.ts'

const key = createSecretKey(Buffer.alloc(32, 1))
const otherKey = createSecretKey(Buffer.alloc(32, 2))
const seen = { xmax: 2n ** 63n, xip: [5n, 2n ** 40n], horizon: 3n }
const cursors: readonly ChangeCursor[] = [
  { epoch: 'an-epoch', seen },
  { epoch: 'an-epoch', seen: { xmax: 0n, xip: [], horizon: 0n } },
  { epoch: 'an-epoch', seen, page: { target: { xmax: 9n, xip: [8n], horizon: 4n }, seq: 77n } },
]
const invalid = expect.objectContaining({ code: 'invalidCursor', status: 400 })

describe('a cursor', () => {
  it.each(cursors)('comes back as it was sent: %#', (cursor) => {
    const encoded = encodeCursor(cursor, key)
    expect(encoded).toMatch(/^[\w-]+$/)
    expect(decodeCursor(encoded, key)).toEqual(cursor)
  })

  it('is refused when any byte of it was changed', () => {
    const bytes = Buffer.from(encodeCursor({ epoch: 'e', seen }, key), 'base64url')
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => decodeCursor(changed.toString('base64url'), key)).toThrow(invalid)
    }
  })

  it.each(['', 'x', 'AAAA', '🙂', 'A'.repeat(10_000), '__proto__'])('is refused when made up: %j', (text) => {
    expect(() => decodeCursor(text, key)).toThrow(invalid)
  })

  it('is refused when signed with another key', () => {
    expect(() => decodeCursor(encodeCursor({ epoch: 'e', seen }, otherKey), key)).toThrow(invalid)
  })
})
