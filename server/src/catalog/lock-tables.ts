import { type Change, diffSchemas, type Rename } from '@plinth/schema'
import type { Session } from '../database/database.ts'
import type { Design } from './design.ts'
import { joinTableName, tableSql } from './object-names.ts'

/** How long a change of the schema waits for a table in use. All requests that come after it wait as long. */
export const lockSeconds = 5

export const limitLockWaits = async (session: Session): Promise<void> => {
  await session.run({ text: `set local lock_timeout = '${lockSeconds}s'`, values: [] })
}

/**
 * Locks every table that will change, at once and in one order, before anything is read from it: what the plan finds is
 * then still true when it runs. A weaker lock first would deadlock with writers when it grows.
 */
export async function lockTables(session: Session, design: Design, renames: readonly Rename[]): Promise<void> {
  const names = new Set(diffSchemas(design.from, design.to, renames).flatMap((change) => tablesOf(design, change)))
  if (names.size === 0) return
  const tables = [...names].toSorted().map(tableSql).join(', ')
  await session.run({ text: `lock table ${tables} in access exclusive mode`, values: [] })
}

/** By their old names. */
function tablesOf(design: Design, change: Change): readonly string[] {
  const changed = changedTable(change)
  const collection = changed === undefined ? undefined : design.from.collections.get(changed)
  if (collection === undefined || collection.kind === 'view') return []
  const joinTables = [...collection.fields.values()].flatMap((field) =>
    field.relation !== null && field.column === null ? [joinTableName(collection.name, field.name)] : [],
  )
  return [collection.name, ...joinTables]
}

function changedTable(change: Change): string | undefined {
  if (change.kind === 'addCollection' || change.kind === 'addView') return undefined
  if (change.kind === 'dropCollection') return change.collection.name
  if ('field' in change && 'from' in change.field) return change.field.collection.from.name
  if ('collection' in change && 'from' in change.collection) return change.collection.from.name
  return undefined
}
