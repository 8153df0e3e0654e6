import type { Session } from '../../database/database.ts'
import { tableSql } from '../object-names.ts'

/**
 * Functions whose result depends on settings or the time, but on no table, file or other session. Whatever else in
 * PostgreSQL is not immutable is refused: a list of what is dangerous (`query_to_xml`, `pg_read_file`, `lo_get`, …)
 * would be out of date with the next release.
 */
const harmless = [
  'age array_to_string concat concat_ws date date_part date_trunc extract format generate_series json_build_array',
  'json_build_object json_object json_object_agg jsonb_build_array jsonb_build_object jsonb_object_agg localtime',
  'make_timestamptz now overlaps plainto_tsquery phraseto_tsquery quote_literal quote_nullable row_to_json',
  'statement_timestamp time timestamp timestamptz timezone to_char to_date to_json to_jsonb to_number to_timestamp',
  'to_tsquery to_tsvector transaction_timestamp ts_headline websearch_to_tsquery',
]
  .join(' ')
  .split(' ')

/**
 * The functions of the parsed query, and those behind its operators, that are neither immutable, nor harmless, nor part
 * of an operator, cast or aggregate of PostgreSQL itself. A function in `public` was made by whoever owns the database;
 * it may be used if it is declared not to be volatile (`dblink` and its like are).
 */
const forbidden = `
  with used as (
    select distinct (regexp_matches(r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g'))[1]::oid as id
    from pg_catalog.pg_rewrite as r
    where r.ev_class = $1::regclass
  )
  select distinct n.nspname || '.' || p.proname
  from used
  join pg_catalog.pg_proc as p on p.oid = used.id
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  where not (
    n.nspname = 'public' and p.provolatile <> 'v'
    or n.nspname = 'pg_catalog' and (
      p.provolatile = 'i'
      or p.prokind in ('a', 'w')
      or p.provolatile = 's' and (
        p.proname = any ($2::text[])
        or exists (select from pg_catalog.pg_operator as o where o.oprcode = p.oid)
        or exists (select from pg_catalog.pg_cast as c where c.castfunc = p.oid)
      )
    )
  )
  order by 1`

export async function viewFunctionFaults(session: Session, view: string): Promise<readonly string[]> {
  const rows = await session.run({ text: forbidden, values: [tableSql(view), harmless] })
  return rows.map(
    ([name]) =>
      `The view "${view}" uses the function ${name}, which may read more than its arguments; views may not use it.`,
  )
}
