import type { Change, FieldPair } from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import type { Design } from '../design.ts'
import { tableSql } from '../object-names.ts'
import type { StepDraft } from '../step-draft.ts'
import { addFieldSql, dropFieldSql } from './fields.ts'

/** A calculated column stands in the way of changes to what it is calculated from, so it goes first. */
export function suspendComputed(design: Design, { collection, from, to }: FieldPair): StepDraft {
  const place = { table: collection.from.name, field: from.name }
  const id = `suspendComputed:${collection.to.name}.${to.name}`
  if (to.computed !== null) {
    const summary = `Take down the calculated field "${from.name}" of "${place.table}"; a later step makes it anew.`
    return { id, summary, sql: dropFieldSql(design, place, from) }
  }
  const summary = `Stop calculating the field "${from.name}" of "${place.table}"; its values stay.`
  const column = quoteIdentifier(from.name)
  return { id, summary, sql: [`alter table ${tableSql(place.table)} alter column ${column} drop expression`] }
}

/** `change` is there when the field itself changes, and not only what it is calculated from. */
export function restoreComputed(design: Design, pair: FieldPair, change: Change | undefined): StepDraft {
  const { collection, to } = pair
  const name = `"${to.name}" of "${collection.to.name}"`
  const table = collection.from.name
  return {
    id: change?.id ?? `restoreComputed:${collection.to.name}.${to.name}`,
    summary: change === undefined ? `Calculate the field ${name} again.` : `Calculate the field ${name} in a new way.`,
    sql: addFieldSql(design, collection, to),
    touches: `select t."id", null::jsonb as value from ${tableSql(table)} as t`,
    blocks: { table, how: 'rewritten' },
  }
}
