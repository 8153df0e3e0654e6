import { expect, it } from 'vitest'
import { isNewEnough } from '../pinned-node.mjs'

it.each([
  ['20.20.2', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['24.0.0', true],
])('Node %s can run TypeScript as it is: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected)
})
