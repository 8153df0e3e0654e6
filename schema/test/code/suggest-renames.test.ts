import { expect, it } from 'vitest'
import { buildModel, type Collection, completeSchema, type Rename, suggestRenames } from '../../src/index.ts'

type Fields = Collection['fields']
const modelOf = (collections: Record<string, Fields>) =>
  buildModel(
    completeSchema({
      collections: Object.fromEntries(Object.entries(collections).map(([name, fields]) => [name, { fields }])),
    }),
  )

const text = { type: 'text' }

it.each<[string, Record<string, Fields>, Record<string, Fields>, readonly Rename[]]>([
  [
    'a field that goes and one like it that comes',
    { a: { x: text } },
    { a: { y: text } },
    [{ collection: 'a', from: 'x', to: 'y' }],
  ],
  ['fields of different types are not alike', { a: { x: text } }, { a: { y: { type: 'integer' } } }, []],
  ['a field that only comes', { a: { x: text } }, { a: { x: text, y: text } }, []],
  [
    'the one with the same options comes first',
    { a: { x: { type: 'text', maxLength: 5 } } },
    { a: { y: text, z: { type: 'text', maxLength: 5 } } },
    [{ collection: 'a', from: 'x', to: 'z' }],
  ],
  ['a collection with the same fields', { a: { x: text } }, { b: { x: text } }, [{ from: 'a', to: 'b' }]],
  ['a collection with other fields', { a: { x: text } }, { b: { y: text } }, []],
])('renames that may be meant: %s', (_, from, to, expected) => {
  expect(suggestRenames(modelOf(from), modelOf(to))).toEqual(expected)
})

it('fields of a renamed collection are looked at once the rename is known', () => {
  const from = modelOf({ a: { x: text, z: text } })
  const to = modelOf({ b: { y: text, z: text } })
  const collection = { from: 'a', to: 'b' }
  expect(suggestRenames(from, to)).toEqual([collection])
  expect(suggestRenames(from, to, [collection])).toEqual([{ collection: 'b', from: 'x', to: 'y' }])
})
