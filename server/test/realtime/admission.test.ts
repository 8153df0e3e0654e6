import { Problem } from '@plinth/schema'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Admission } from '../../src/realtime/subscriptions/admission.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const workMs = 100
const begin = () => new Promise<void>((resolve) => setTimeout(resolve, workMs))
/** Asks for so many; answers how many were let in and, for the others, after how many seconds they may come again. */
function ask(admission: Admission, count: number) {
  const told: number[] = []
  const state = { done: 0 }
  for (let i = 0; i < count; i += 1)
    void admission.enter(begin).then(
      () => (state.done += 1),
      (error: unknown) => told.push(error instanceof Problem ? Number(error.extra['retryAfter']) : Number.NaN),
    )
  return { told, done: () => state.done }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('when many want to begin at once', () => {
  it('so many begin at a time, the others in their turn', async () => {
    const asked = ask(new Admission(2, 10), 5)
    for (const done of [2, 4, 5]) {
      await vi.advanceTimersByTimeAsync(workMs)
      expect(asked.done()).toBe(done)
    }
    expect(asked.told).toEqual([])
  })

  it('who would be too many is told at once to come later', async () => {
    const asked = ask(new Admission(1, 10), 15)
    await settle()
    expect(asked.told).toHaveLength(4)
  })

  it('nobody waits for longer than ten seconds, and who would, is told at once when to come', async () => {
    const admission = new Admission(1, 5_000, 10_000)
    const first = ask(admission, 400)
    await vi.advanceTimersByTimeAsync(9_000)
    expect(first.told).toEqual([])
    const second = ask(admission, 1_000)
    await settle()
    expect(second.told).toHaveLength(1_000)
    expect(new Set(second.told).size).toBeGreaterThan(10)
    expect(Math.min(...second.told)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...second.told)).toBeLessThanOrEqual(20)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(first.done() + first.told.length).toBe(400)
    expect(first.done()).toBeGreaterThanOrEqual(100)
    expect(admission.waiting).toBe(0)
  })

  it('an hour of silence says nothing about how long it takes', async () => {
    const admission = new Admission(1, 5_000, 10_000)
    ask(admission, 3)
    await vi.advanceTimersByTimeAsync(3_600_000)
    const asked = ask(admission, 50)
    await vi.advanceTimersByTimeAsync(50 * workMs)
    expect(asked.done()).toBe(50)
  })

  it('who has gone when its turn comes costs nothing, also where what came before has failed', async () => {
    const admission = new Admission(1, 10)
    const failed = expect(admission.enter(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const gone = expect(admission.enter(begin, AbortSignal.abort())).rejects.toBeInstanceOf(Problem)
    const asked = ask(admission, 1)
    await failed
    await gone
    await vi.advanceTimersByTimeAsync(workMs)
    expect(asked.done()).toBe(1)
  })
})
