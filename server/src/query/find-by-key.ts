import type { FieldModel } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, param, quoteIdentifier, raw, sql } from '../database/sql.ts'
import { aliases } from './compiler.ts'
import type { Run } from './run.ts'
import { currentVersion } from './select-one.ts'
import { column } from './source.ts'
import { tableReference } from './table-reference.ts'

/**
 * Which records have one of the values `values.keys` in a field: rows `[version, number of the value from 1 | null, id]`.
 * Values are alike where the field's unique index takes them for the same.
 */
export function compileFindByKey(access: Access, collection: string, field: FieldModel): CompiledSql<Run> {
  const { from } = tableReference(access, collection, 'r', aliases())
  const alike = (text: string) => raw(field.column?.uniqueOn?.(text) ?? text)
  const keys = param<Run>(`${field.column?.sqlType ?? 'text'}[]`, (run) => run.values['keys'])
  const stored = alike(`"r".${quoteIdentifier(field.name)}`)
  return compileSql(sql`
    select v.version, f.n, f.id
    from ${currentVersion} as v
    left join lateral (
      select k.n, ${column('r', 'id')} as id
      from unnest(${keys}) with ordinality as k(value, n)
      join ${from} on ${stored} = ${alike('k.value')}
    ) as f on true`)
}
