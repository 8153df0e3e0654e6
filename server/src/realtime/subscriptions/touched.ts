import { linksName, type ManyStep, type Way } from '../../query/ways.ts'
import type { LoggedChange } from './logged-change.ts'

/**
 * Where a batch of changes touches what a rule or a filter looks into: the answer may be another for the records, or the
 * users, from which these steps lead to one of the ends. Without steps the ends are these records or users themselves.
 */
export interface Touched extends Pick<Way, 'root' | 'steps'> {
  readonly ends: ReadonlySet<string>
}

/**
 * Where changes touch certain ways.
 *
 * An answer is another only if something that it looks into has changed. Take the first of this on its way: what came before
 * it has not changed, so at the batch's end the way still leads as far as it did at its beginning. From there on the changes
 * tell themselves where they are tied to, before and after.
 */
export function touchedBy(
  ways: readonly Way[],
  changes: ReadonlyMap<string, readonly LoggedChange[]>,
): readonly Touched[] {
  const found = ways.flatMap((way) => [touchedAt(way, changes.get(way.to) ?? []), ...touchedLinks(way, changes)])
  const byWay = Map.groupBy(found, ({ root, steps }) => JSON.stringify([root, steps]))
  return [...byWay.values()].flatMap((alike) => {
    const [first] = alike
    const ends = new Set(alike.flatMap((each) => [...each.ends]))
    return first === undefined || ends.size === 0 ? [] : [{ ...first, ends }]
  })
}

/** The records at the end of a way. */
function touchedAt({ root, steps, fields }: Way, changes: readonly LoggedChange[]): Touched {
  const counting = changes.filter((change) => concerns(change, fields))
  const last = steps.at(-1)
  return last?.kind === 'back'
    ? { root, steps: steps.slice(0, -1), ends: valuesOf(counting, last.field) }
    : { root, steps, ends: new Set(counting.map(({ id }) => id)) }
}

/** The links that its last step follows. */
function touchedLinks({ root, steps }: Way, changes: ReadonlyMap<string, readonly LoggedChange[]>): readonly Touched[] {
  const last = steps.at(-1)
  if (last?.kind !== 'many') return []
  return [{ root, steps: steps.slice(0, -1), ends: valuesOf(changes.get(linksName(last)) ?? [], last.from) }]
}

const valuesOf = (changes: readonly LoggedChange[], field: string | ManyStep['from']): ReadonlySet<string> =>
  new Set(
    changes
      .flatMap(({ before, after }) => [before?.values[field], after?.values[field]])
      .filter((value) => typeof value === 'string'),
  )

/** A record that comes or goes may be counted; one that is changed matters only in the fields that are named. */
const concerns = ({ op, before, after }: LoggedChange, fields: ReadonlySet<string>): boolean =>
  op !== 'update' || [...fields].some((field) => before?.members.get(field) !== after?.members.get(field))
