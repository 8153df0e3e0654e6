import { describe, expect, test } from 'vitest'
import { turns } from '../../src/auth/hashing-turns.ts'

/** Tasks that end when they are told to. */
function tasks(count: number, inTurn: ReturnType<typeof turns>) {
  const started: number[] = []
  const ends = Array.from({ length: count }, () => Promise.withResolvers<number>())
  const done = ends.map(({ promise }, i) =>
    inTurn(() => {
      started.push(i)
      return promise
    }),
  )
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  return { started, ends, done, settled }
}

describe('taking turns', () => {
  test('runs no more at once than there are places, the others in the order in which they came', async () => {
    const { started, ends, done, settled } = tasks(4, turns(2, 9))
    await settled()
    expect(started).toEqual([0, 1])
    ends[1]?.resolve(1)
    await settled()
    expect(started).toEqual([0, 1, 2])
    for (const { resolve } of ends) resolve(7)
    expect(await Promise.all(done)).toEqual([7, 1, 7, 7])
    expect(started).toEqual([0, 1, 2, 3])
  })

  test('turns away who would wait too long, says when to come again, and takes others once there is room', async () => {
    const inTurn = turns(1, 2)
    const { started, ends, done, settled } = tasks(4, inTurn)
    await expect(done[3]).rejects.toMatchObject({ code: 'tooManyPasswords', status: 429, extra: { retryAfter: 5 } })
    ends[0]?.resolve(0)
    await settled()
    const later = inTurn(() => Promise.resolve('later'))
    for (const { resolve } of ends) resolve(1)
    expect(await later).toBe('later')
    expect(await Promise.all(done.slice(0, 3))).toEqual([0, 1, 1])
    expect(started).toEqual([0, 1, 2])
  })

  test('gives the place of one that fails to the next', async () => {
    const { started, ends, done, settled } = tasks(2, turns(1, 9))
    ends[0]?.reject(new Error('no'))
    await expect(done[0]).rejects.toThrow('no')
    await settled()
    expect(started).toEqual([0, 1])
    ends[1]?.resolve(2)
    expect(await done[1]).toBe(2)
  })
})
