import { expect, it } from 'vitest'
import { applyChanges } from '../src/react/apply-changes.ts'

const record = {
  id: 'x',
  title: 'a',
  views: 1,
  price: '1.00',
  tags: ['p', 'q'],
  labels: ['l'],
  place: { lat: 1 },
  author: 'u',
}

it.each([
  ['a value', { title: 'b', place: { lat: 2 } }, { title: 'b', place: { lat: 2 } }],
  ['a Date, as it will be read', { title: new Date(0) }, { title: '1970-01-01T00:00:00.000Z' }],
  ['a sum', { 'views+': 2 }, { views: 3 }],
  ['links', { '+tags': ['q', 'r'], '-tags': ['p'] }, { tags: ['q', 'r'] }],
  ['a list as a value', { tags: [], labels: ['m'] }, { tags: [], labels: ['m'] }],
  ['what was not selected', { body: 'x', 'likes+': 1, '+others': ['y'] }, {}],
  ['an exact sum, which is left to the server', { 'price+': '1.00' }, {}],
])('%s is foretold', (_, changes, expected) => {
  expect(applyChanges(record, changes)).toEqual({ ...record, ...expected })
})

it('records in the place of ids stay as they are', () => {
  const expanded = { tags: [{ name: 'p' }] }
  expect(applyChanges(expanded, { tags: ['q'], '+tags': ['r'] })).toEqual(expanded)
})
