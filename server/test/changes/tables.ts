import { createTriggersSql } from '../../src/changes/triggers.ts'
import type { Session } from '../../src/database/database.ts'

/** Runs statements that take no values. */
export async function execute(session: Session, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await session.run({ text, values: [] })
}

/** Makes a table under the log with the given columns besides `id`. */
export const createLoggedTable = (session: Session, name: string, columns: string): Promise<void> =>
  execute(
    session,
    `create table public."${name}" (id uuid primary key default gen_random_uuid(), ${columns})`,
    ...createTriggersSql(name),
  )

/** Makes the join table of a relation to many. */
export const createLoggedLinks = (session: Session, source: string, field: string, target: string): Promise<void> =>
  execute(
    session,
    `create table public."${source}.${field}" (
      source uuid not null references public."${source}" on delete cascade,
      target uuid not null references public."${target}" on delete cascade,
      primary key (source, target)
    )`,
    ...createTriggersSql(`${source}.${field}`),
  )

/** An id that is easy to read: `id(7)`. */
export const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`
