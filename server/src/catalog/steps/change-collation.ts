import type { ChangeOf, FieldPair } from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import { columnType, createCollationSql, isCollatable } from '../column-definition.ts'
import { tableSql } from '../object-names.ts'
import type { StepDraft } from '../step-draft.ts'

/** `fields` are those that stay and keep their type; computed ones are made anew anyway. */
export function changeCollation(
  { id, collection }: ChangeOf<'changeCollation'>,
  fields: readonly FieldPair[],
): StepDraft {
  const { to, from } = collection
  const sorted = fields.filter((pair) => isCollatable(pair.to) && pair.to.column?.sortedForPeople === true)
  return {
    id,
    summary: `Sort the texts of "${to.name}" as in ${to.collation === null ? 'no particular language' : `"${to.collation}"`}.`,
    sql: [
      ...createCollationSql(to.collation),
      ...sorted.map(
        (pair) =>
          `alter table ${tableSql(to.name)} alter column ${quoteIdentifier(pair.to.name)} ` +
          `type ${columnType({ collection: to, field: pair.to })}`,
      ),
    ],
    blocks: { table: from.name, how: 'read' },
  }
}
