import { isOrdered, isRecord, keysOf, sameJson } from '@plinth/schema'

/** Whether two parts of a schema are the same, in the same order where that means something. */
export function isSame(path: readonly string[], a: unknown, b: unknown): boolean {
  if (!sameJson(a, b)) return false
  if (!isRecord(a) || !isRecord(b)) return true
  const keys = keysOf(a)
  const inOrder = !isOrdered(path) || sameJson(keys, keysOf(b))
  return inOrder && keys.every((key) => isSame([...path, key], a[key], b[key]))
}
