import type { Expression } from '@plinth/schema'
import type { Compute, PredicateInput, WireRecord } from './predicate-input.ts'

type Path = Extract<Expression, { kind: 'path' }>

/** Reads a field of the record, the old record or the user. */
export function readPath({ root, hops, field, type }: Path): Compute<unknown> {
  if (hops.length > 0 || type.kind === 'records') throw new OutsideRecord()
  const start = starts[root]
  return (input) => start(input)?.[field] ?? null
}

/** Thrown at compile time, for an expression that the record alone cannot decide; `staysWithinRecord` tells beforehand. */
export class OutsideRecord extends Error {
  constructor() {
    super('The expression follows a relation: only the database can decide it.')
    this.name = 'OutsideRecord'
  }
}

const starts: Readonly<Record<Path['root'], (input: PredicateInput) => WireRecord | null | undefined>> = {
  record: (input) => input.record,
  old: (input) => input.old,
  user: (input) => input.user,
  // Rules of channels have no record to go by: PostgreSQL is asked.
  channel: () => null,
}
