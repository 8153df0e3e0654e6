import type { Session } from '../../src/database/database.ts'

const parts = {
  columns: `
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           coll.collname, pg_get_expr(d.adbin, d.adrelid)
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'v')
    left join pg_collation as coll on coll.oid = a.attcollation
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    order by 1, 2`,
  // PostgreSQL 18 counts "not null" as a constraint too, and gives it a name that no rename follows.
  constraints: `
    select c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid), c.convalidated
    from pg_constraint as c
    where c.connamespace = 'public'::regnamespace and c.contype <> 'n'
    order by 1, 2`,
  indexes: `select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2`,
  triggers: `
    select t.tgrelid::regclass, t.tgname
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    order by 1, 2`,
  views: `select viewname, definition from pg_views where schemaname = 'public' order by 1`,
}

/** All that PostgreSQL knows about the tables and views in `public`, but for the order of columns. */
export async function databaseStructure(session: Session): Promise<Record<string, readonly string[]>> {
  const entries = Object.entries(parts).map(async ([part, text]): Promise<[string, readonly string[]]> => {
    const rows = await session.run({ text, values: [] })
    return [part, rows.map((row) => row.map(String).join(' | ')).toSorted()]
  })
  return Object.fromEntries(await Promise.all(entries))
}
