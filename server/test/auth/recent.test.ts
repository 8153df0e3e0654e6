import { beforeEach, describe, expect, test } from 'vitest'
import { Recent } from '../../src/auth/recent.ts'

let time: number
let stored: { roles: string } | null
let reads: (() => void)[]
let recent: Recent<{ roles: string }>
beforeEach(() => {
  time = 10_000
  stored = { roles: 'admin' }
  reads = []
  recent = new Recent({ now: () => time, read: readLater })
})

/** Looks at once, as PostgreSQL takes its snapshot, and answers when the test says so. */
function readLater(): Promise<{ roles: string } | null> {
  const found = stored
  return new Promise((resolve) => reads.push(() => resolve(found)))
}
async function get(): Promise<{ roles: string } | null> {
  const value = recent.get('ada')
  reads.splice(0).forEach((answer) => answer())
  return value
}

describe('a recent value', () => {
  test('is read once for all who ask at the same time', async () => {
    const all = [recent.get('ada'), recent.get('ada'), recent.get('ada')]
    expect(reads).toHaveLength(1)
    reads.forEach((answer) => answer())
    expect(new Set(await Promise.all(all))).toEqual(new Set([{ roles: 'admin' }]))
  })

  test('is answered without waiting for a second, and not longer', async () => {
    await get()
    stored = { roles: '' }
    time += 499
    expect(recent.get('ada')).toEqual({ roles: 'admin' })
    expect(reads).toHaveLength(0)
    time += 501
    expect(await get()).toEqual({ roles: '' })
  })

  test('is read again half way, while the old one is still answered', async () => {
    await get()
    stored = { roles: '' }
    time += 500
    expect(recent.get('ada')).toEqual({ roles: 'admin' })
    reads.splice(0).forEach((answer) => answer())
    await Promise.resolve().then(() => {})
    expect(await recent.get('ada')).toEqual({ roles: '' })
  })

  test('counts its second from when the reading began, not from when it ended', async () => {
    const first = recent.get('ada')
    stored = { roles: '' }
    time += 900
    reads.splice(0).forEach((answer) => answer())
    expect(await first).toEqual({ roles: 'admin' })
    time += 100
    expect(await get()).toEqual({ roles: '' })
  })

  test('is not taken from a reading that has hung for a second, nor overwritten by it', async () => {
    const hung = recent.get('ada')
    const [answerHung] = reads.splice(0)
    stored = { roles: '' }
    time += 1_000
    expect(await get()).toEqual({ roles: '' })
    answerHung?.()
    expect(await hung).toEqual({ roles: 'admin' })
    expect(await recent.get('ada')).toEqual({ roles: '' })
  })

  test('that is gone is gone, and one that was not there is found at once', async () => {
    await get()
    stored = null
    time += 1_000
    expect(await get()).toBeNull()
    stored = { roles: 'new' }
    expect(await get()).toEqual({ roles: 'new' })
  })
})
