import type { Session } from '../database/database.ts'

const viewsAndReaders = `
  select v.relname, coalesce(string_agg(distinct reader.relname, '/'), '')
  from pg_catalog.pg_class as v
  join pg_catalog.pg_namespace as n on n.oid = v.relnamespace and n.nspname = 'public'
  left join pg_catalog.pg_depend as d
    on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = v.oid
    and d.classid = 'pg_catalog.pg_rewrite'::regclass
  left join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> v.oid
  left join pg_catalog.pg_class as reader on reader.oid = r.ev_class
  where v.relkind = 'v' and v.relname = any ($1::text[])
  group by v.relname
  order by v.relname`

/** Those of the named views that exist, each before the ones it reads from: in this order they can be dropped. */
export async function viewsReadersFirst(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.run({ text: viewsAndReaders, values: [names] })
  const readersOf = new Map(rows.map(([name = null, readers = null]) => [name ?? '', (readers ?? '').split('/')]))
  const order = new Set<string>()
  const visit = (name: string): void => {
    for (const reader of readersOf.get(name) ?? []) if (readersOf.has(reader) && !order.has(reader)) visit(reader)
    order.add(name)
  }
  for (const name of readersOf.keys()) visit(name)
  return [...order]
}
