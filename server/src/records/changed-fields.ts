import type { CollectionModel } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { param, compileSql, sql } from '../database/sql.ts'
import { parameters, type Run } from '../query/run.ts'
import { currentVersion } from '../query/select-one.ts'
import { type Operation, runOnce } from './operation.ts'

/**
 * Which of the always visible fields changed since the revision the caller has, by the change log; null where the log no
 * longer knows that revision. A revision is the low 32 bits of the transaction that wrote it.
 */
export async function changedFields(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  run: Run,
): Promise<readonly string[] | null> {
  const name = param<Run>('text', () => collection.name)
  const statement = sql`
    select v.version,
      (select json_agg(distinct k.key) from plinth.changes as c, jsonb_each(c.after) as k
       where c.collection = ${name} and c.record = ${parameters.id} and c.op = 'update' and c.seq > known.seq
         and k.value is distinct from c.before -> k.key)
    from ${currentVersion} as v left join lateral (
      select max(seq) as seq from plinth.changes
      where collection = ${name} and record = ${parameters.id}
        and (txid::text::numeric % 4294967296)::text = ${parameters.rev}
    ) as known on true`
  const [row] = await runOnce(operation, access, compileSql(statement), run)
  if (!row?.[1]) return null
  const visible = access.collection(collection.name)?.visible
  const names: unknown = JSON.parse(row[1])
  return Array.isArray(names) ? names.filter((each) => visible?.get(each) === true && each !== 'updated') : null
}
