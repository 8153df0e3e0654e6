import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference } from '../../../src/realtime/live/difference.ts'
import { LiveList } from './live-list.ts'

const rows = fc
  .uniqueArray(fc.record({ id: fc.nat(30), n: fc.nat(1) }), { selector: ({ id }) => id, maxLength: 30 })
  .map((records) => records.map((record) => ({ key: String(record.id), text: JSON.stringify(record) })))
type Rows = typeof rows extends fc.Arbitrary<infer T> ? T : never

const applied = (before: Rows, after: Rows): LiveList => {
  const list = new LiveList()
  list.replace(before.map(({ text }) => JSON.parse(text)))
  for (const change of difference(before, after)) list.apply(JSON.parse(change))
  return list
}
const row = (id: number) => ({ key: String(id), text: `{"id":${id}}` })
const types = (before: readonly number[], after: readonly number[]) =>
  difference(before.map(row), after.map(row)).map((change) => JSON.parse(change))

describe('a difference', () => {
  it('makes any list of any other, and never does what cannot be done', () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const { items, faults } = applied(before, after)
        expect(items.map((item) => JSON.stringify(item))).toEqual(after.map(({ text }) => text))
        expect(faults).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('moves nothing that need not be moved', () => {
    expect(types([1, 2, 3, 4], [2, 3, 4, 1])).toEqual([{ type: 'move', from: 0, to: 3 }])
    expect(types([1, 2, 3, 4], [4, 1, 2, 3])).toEqual([{ type: 'move', from: 3, to: 0 }])
    expect(types([1, 2, 3], [2, 3, 5])).toEqual([
      { type: 'remove', at: 0 },
      { type: 'insert', at: 2, record: { id: 5 } },
    ])
    expect(types([1, 2], [1, 2])).toEqual([])
  })
})
