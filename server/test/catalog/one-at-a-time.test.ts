import { expect, test } from 'vitest'
import { oneAtATime } from '../../src/catalog/one-at-a-time.ts'

test('whoever asks while it runs shares the next run', async () => {
  const ends: (() => void)[] = []
  const ask = oneAtATime(() => new Promise<number>((resolve) => ends.push(() => resolve(ends.length))))
  const answers = [ask(), ask(), ask()]
  expect(ends.length).toBe(1)
  ends[0]?.()
  expect(await answers[0]).toBe(1)
  await Promise.resolve()
  const late = ask()
  ends[1]?.()
  expect(await Promise.all(answers)).toEqual([1, 2, 2])
  ends[2]?.()
  expect(await late).toBe(3)
})

test('a run that fails does not stop the next', async () => {
  let runs = 0
  const ask = oneAtATime(async () => {
    runs++
    if (runs === 1) throw new Error('lost')
    return runs
  })
  const [first, second] = await Promise.allSettled([ask(), ask()])
  expect([first.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 2 }])
})
