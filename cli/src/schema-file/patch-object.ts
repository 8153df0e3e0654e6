import { isOrdered, sameJson } from '@plinth/schema'
import type { ObjectExpression } from 'oxc-parser'
import { isSame } from './is-same.ts'
import { keyOf } from './static-value.ts'

export type Values = Readonly<Record<string, unknown>>

/** Stands for what is spread among the names of an object's members; no name looks like it. */
export const spreadKey = (i: number): string => `...${i}`
const isSpreadKey = (key: string): boolean => key.startsWith('...')

/** The names of an object's own properties; null where they cannot be known, or one stands there twice. */
export function ownKeys(node: ObjectExpression): ReadonlySet<string> | null {
  const keys = node.properties.flatMap((property) => (property.type === 'SpreadElement' ? [] : [keyOf(property)]))
  const known = keys.filter((key) => key !== null)
  return known.length === keys.length && new Set(keys).size === keys.length ? new Set(known) : null
}

/** Whether the change can be made by touching own properties alone; where something is spread, not every change can. */
export function canPatch(
  node: ObjectExpression,
  own: ReadonlySet<string>,
  current: Values,
  wanted: Values,
  path: readonly string[],
): boolean {
  const lastSpread = node.properties.findLastIndex(({ type }) => type === 'SpreadElement')
  if (lastSpread === -1) return true
  const stays = Object.keys(current).filter((key) => wanted[key] !== undefined)
  if (isOrdered(path) && !sameJson(Object.keys(wanted).slice(0, stays.length), stays)) return false
  if (Object.keys(current).some((key) => !own.has(key) && wanted[key] === undefined)) return false
  // What comes before may be overridden by what is spread.
  return node.properties.slice(0, lastSpread).every((property) => {
    const key = property.type === 'SpreadElement' ? null : keyOf(property)
    return key === null || isSame([...path, key], current[key], wanted[key])
  })
}

/** What has to be written besides what is there; also what is spread but should be something else. */
export const addedKeys = (
  own: ReadonlySet<string>,
  current: Values,
  wanted: Values,
  path: readonly string[],
): readonly string[] =>
  Object.keys(wanted).filter(
    (key) => wanted[key] !== undefined && !own.has(key) && !isSame([...path, key], current[key], wanted[key]),
  )

/** Where order means something it is the wanted one; else what is new comes after what it should come after. */
export function memberOrder(
  kept: readonly string[],
  added: readonly string[],
  wanted: Values,
  path: readonly string[],
): readonly string[] {
  const order = Object.keys(wanted)
  const lastSpread = () => keys.findLastIndex(isSpreadKey)
  if (isOrdered(path) && !kept.some(isSpreadKey))
    return order.filter((key) => kept.includes(key) || added.includes(key))
  const keys = [...kept]
  for (const key of added) {
    const before = order.slice(0, order.indexOf(key)).findLast((each) => keys.includes(each))
    const at = before === undefined ? 0 : keys.indexOf(before) + 1
    keys.splice(Math.max(at, lastSpread() + 1), 0, key)
  }
  return keys
}
