import type { SchemaDocument } from '../document/schema-document.ts'
import { documentParts } from '../document/document-parts.ts'
import { sameJson } from '../diff/same-json.ts'
import type { Sides } from './compare-schemas.ts'
import { isOrdered } from './ordered-parts.ts'
import { isRecord, keysOf, memberOf } from './records.ts'

/**
 * A schema with the changes of both sides. Where both changed one thing to different ends, `mine` stays: see
 * `compareSchemas` for whether there is such a place.
 */
export function mergeSchemas({ base, mine, theirs }: Sides): SchemaDocument {
  const parts = documentParts.map((name): [string, unknown] => [
    name,
    merge([name], base[name], mine[name], theirs[name]),
  ])
  // Each member is one of its three states, or is merged of such.
  const merged = Object.fromEntries(parts.filter(([, part]) => part !== undefined)) as Omit<SchemaDocument, 'version'>
  return { version: theirs.version, ...merged }
}

function merge(path: readonly string[], base: unknown, mine: unknown, theirs: unknown): unknown {
  if (isRecord(mine) && isRecord(theirs) && (isRecord(base) || base === undefined)) {
    const keys = mergeKeys(path, keysOf(base), keysOf(mine), keysOf(theirs))
    const members = keys.map((key): [string, unknown] => [
      key,
      merge([...path, key], memberOf(base, key), memberOf(mine, key), memberOf(theirs, key)),
    ])
    return Object.fromEntries(members.filter(([, value]) => value !== undefined))
  }
  return sameJson(base, mine) ? theirs : mine
}

/** All keys: in my order if I changed it, else in theirs; what only the other has comes after what it came after there. */
function mergeKeys(
  path: readonly string[],
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): readonly string[] {
  const common = (keys: readonly string[]) => keys.filter((key) => mine.includes(key) && base.includes(key))
  const keepsOrder = sameJson(common(mine), common(base))
  const [lead, other] = isOrdered(path) && keepsOrder ? [theirs, mine] : [mine, theirs]
  const keys = [...lead]
  other.forEach((key, i) => {
    if (keys.includes(key)) return
    const before = other.slice(0, i).findLast((each) => keys.includes(each))
    keys.splice(before === undefined ? 0 : keys.indexOf(before) + 1, 0, key)
  })
  return keys
}
