import type { SchemaDocument } from '../document/schema-document.ts'
import { documentParts } from '../document/document-parts.ts'
import { sameJson } from '../diff/same-json.ts'
import { isOrdered, orderPath } from './ordered-parts.ts'
import { isRecord, keysOf, memberOf } from './records.ts'

/** One place at which two sides of a schema's history differ from where they parted, or from each other. */
export interface Difference {
  /** The way to it from the document's root: `['collections', 'posts', 'fields', 'title', 'maxLength']`. */
  readonly path: readonly string[]
  /** Who changed it; `conflict` where both did, to different ends. */
  readonly by: 'mine' | 'theirs' | 'both' | 'conflict'
  /** What stands there; undefined where there is nothing. */
  readonly base: unknown
  readonly mine: unknown
  readonly theirs: unknown
}

/** Three states of a schema: where both sides parted, and what has become of it on each. */
export interface Sides {
  readonly base: SchemaDocument
  readonly mine: SchemaDocument
  readonly theirs: SchemaDocument
}

/**
 * The three-way view of a schema: each place at which `mine` or `theirs` is no longer as in `base`. Versions are not
 * compared. The order of collections and fields is a place of its own, at `['collections', '(order)']`.
 *
 * @example
 * compareSchemas({ base, mine: base, theirs: { ...base, roles: { editor: {} } } })
 * // [{ path: ['roles', 'editor'], by: 'theirs', base: undefined, mine: undefined, theirs: {} }]
 */
export const compareSchemas = ({ base, mine, theirs }: Sides): readonly Difference[] =>
  documentParts.flatMap((part) => compare([part], memberOf(base, part), memberOf(mine, part), memberOf(theirs, part)))

function compare(path: readonly string[], base: unknown, mine: unknown, theirs: unknown): readonly Difference[] {
  if (isRecord(mine) && isRecord(theirs) && (isRecord(base) || base === undefined)) {
    const keys = new Set([...keysOf(base), ...keysOf(mine), ...keysOf(theirs)])
    const within = [...keys].flatMap((key) =>
      compare([...path, key], memberOf(base, key), memberOf(mine, key), memberOf(theirs, key)),
    )
    return isOrdered(path) ? [...within, ...compareOrder(path, keysOf(base), keysOf(mine), keysOf(theirs))] : within
  }
  const by = whoChanged(base, mine, theirs)
  return by === null ? [] : [{ path, by, base, mine, theirs }]
}

function whoChanged(base: unknown, mine: unknown, theirs: unknown): Difference['by'] | null {
  const [changedMine, changedTheirs] = [!sameJson(base, mine), !sameJson(base, theirs)]
  if (changedMine && changedTheirs) return sameJson(mine, theirs) ? 'both' : 'conflict'
  if (changedMine) return 'mine'
  return changedTheirs ? 'theirs' : null
}

/** The order of what all three have. Two new orders are no conflict: nothing depends on it but how things are shown. */
function compareOrder(
  path: readonly string[],
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): readonly Difference[] {
  const order = (keys: readonly string[]) =>
    keys.filter((key) => [base, mine, theirs].every((each) => each.includes(key)))
  const [was, ours, others] = [order(base), order(mine), order(theirs)]
  const by = whoChanged(was, ours, others)
  if (by === null) return []
  return [{ path: orderPath(path), by: by === 'conflict' ? 'mine' : by, base: was, mine: ours, theirs: others }]
}
