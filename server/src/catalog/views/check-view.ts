import type { CollectionModel } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { tableSql } from '../object-names.ts'
import { viewFunctionFaults } from './view-functions.ts'

/** Why a view cannot be: a sentence for whoever wrote its SQL. */
class ViewFault extends Error {}

/**
 * PostgreSQL refuses several statements in one message of the extended protocol, which a statement with a parameter is
 * sure to use. Inside parentheses nothing but a query can stand; a `;` in it, and what comes after, is a syntax error.
 * So what passes here is one query, also behind `create view … as`. It is not run: its condition is never true.
 */
export async function refuseSeveralStatements(session: Session, { name, declared }: CollectionModel): Promise<void> {
  const text = `select from (\n${declared.sql ?? ''}\n) as q where $1::int = 1 and false`
  await session.run({ text, values: [0] }).catch((cause: unknown) => {
    const isSyntax = cause instanceof Error && 'code' in cause && cause.code === '42601'
    if (!isSyntax) throw cause
    throw new ViewFault(`The SQL of "${name}" must be one single query: ${cause.message}.`, { cause })
  })
}

/**
 * Looks at a view that has just been made, before anybody else can see it. A view reads with the rights of the server,
 * past every permission, so it may only read collections, and only through functions that see nothing but their
 * arguments. PostgreSQL does not record what a view takes from its own catalogs; hence the parsed query is read.
 */
export async function checkView(session: Session, view: CollectionModel): Promise<void> {
  const faults = [
    ...(await relationFaults(session, view.name)),
    ...(await viewFunctionFaults(session, view.name)),
    ...(await columnFaults(session, view)),
  ]
  if (faults.length > 0) throw new ViewFault(faults.join(' '))
}

// Names in the tree are escaped, so a text in the query may look like one of these only by naming something that is then
// checked needlessly; it can hide nothing.
const usedRelations = `
  with used as (
    select distinct (regexp_matches(r.ev_action::text, ':relid ([0-9]+)', 'g'))[1]::oid as id
    from pg_catalog.pg_rewrite as r
    where r.ev_class = $1::regclass
    union
    select d.refobjid
    from pg_catalog.pg_rewrite as r
    join pg_catalog.pg_depend as d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
    where r.ev_class = $1::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
  )
  select n.nspname || '.' || c.relname
  from used
  join pg_catalog.pg_class as c on c.oid = used.id
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where c.oid <> $1::regclass and (n.nspname <> 'public' or c.relkind not in ('r', 'p', 'v', 'm'))
  order by 1`

async function relationFaults(session: Session, view: string): Promise<readonly string[]> {
  const rows = await session.run({ text: usedRelations, values: [regclass(view)] })
  return rows.map(([name]) => `The view "${view}" reads ${name}, but a view may read collections only.`)
}

/** Column types that a field reads as well as its own: PostgreSQL converts them by itself, and without loss. */
const columnTypes = `
  select a.attname, pg_catalog.format_type(a.atttypid, null), exists (
    select from pg_catalog.pg_cast as c
    where c.castsource = a.atttypid and c.casttarget = w.type and c.castcontext = 'i'
  ) or a.atttypid = w.type
  from pg_catalog.pg_attribute as a
  join unnest($2::text[], $3::text[]) as wanted (name, type) on wanted.name = a.attname
  cross join lateral (select wanted.type::regtype::oid as type) as w
  where a.attrelid = $1::regclass and a.attnum > 0`

async function columnFaults(session: Session, view: CollectionModel): Promise<readonly string[]> {
  const wanted = new Map(
    [...view.fields.values()].map((field) => [field.name, baseType(field.column?.sqlType ?? 'uuid')]),
  )
  wanted.set('id', 'uuid')
  const rows = await session.run({
    text: columnTypes,
    values: [regclass(view.name), [...wanted.keys()], [...wanted.values()]],
  })
  const found = new Map(rows.map(([name, type, fits]) => [name ?? '', { type: type ?? '', fits: fits === 't' }]))
  return [...wanted].flatMap(([name, type]) => {
    const column = found.get(name)
    if (column === undefined) return [`The query of "${view.name}" gives no column "${name}".`]
    if (column.fits) return []
    return [`Column "${name}" of "${view.name}" is ${column.type}, but the field needs ${type}.`]
  })
}

/** `numeric(12,2)` -> `numeric`. */
const baseType = (sqlType: string): string => sqlType.replace(/\([^)]*\)/, '')

const regclass = tableSql
