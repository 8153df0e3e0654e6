import type { CollectionModel, FieldModel } from '@plinth/schema'
import type { Access, Grant } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, param, raw, sql } from '../database/sql.ts'
import { computedValue } from './compile-computed.ts'
import { compileCondition, expressionLanguage } from './compile-expression.ts'
import { compileStored } from './compile-value.ts'
import { aliases, type Compiler } from './compiler.ts'
import { parameters, type Run, type Sql } from './run.ts'
import type { Shape } from './shape.ts'
import { column, rowSource, type Source } from './source.ts'
import { reachForRule } from './table-reference.ts'
import { tableOf } from './tables.ts'
import { answerWrite, idsAfter, linkStatements, type ManyChange } from './write-answer.ts'
import {
  allOf,
  grantCheck,
  relationCheck,
  readIfOf,
  ruleCondition,
  versionCheck,
  type WriteCheck,
  writeIfOf,
} from './write-check.ts'

export interface InsertQuery {
  readonly collection: CollectionModel
  /** The fields the caller gives, without relations to many. */
  readonly given: readonly string[]
  readonly many: readonly ManyChange[]
  readonly shape: Shape | null
  /** Many records at once come as one JSON array, `values.records`. */
  readonly bulk: boolean
}

export interface PlannedInsert {
  readonly checks: readonly WriteCheck[]
  readonly columns: readonly { readonly name: string; readonly value: Sql }[]
  readonly grants: readonly Grant[]
  /** The values to insert, as something to select from, known as `i`. */
  readonly input: Sql
  readonly compiler: Compiler
}

/** Grants under which the caller may give these fields at all. A preset field may be given if it is what the preset says. */
export const grantsFor = (grants: readonly Grant[], given: readonly string[]): readonly Grant[] =>
  grants.filter((grant) => given.every((field) => grant.writable.has(field) || grant.set.has(field)))

export function planInsert(access: Access, query: InsertQuery, next: () => string): PlannedInsert {
  const { collection, given, many } = query
  const names = [...given, ...many.map((each) => each.field)].filter((name) => name !== 'id')
  const grants = grantsFor(access.collection(collection.name)?.grants('create') ?? [], names)
  const presets = new Map(
    grants.toReversed().flatMap((grant) => [...grant.set].map(([field]) => [field, grant] as const)),
  )
  const shared = {
    model: access.model,
    old: nothing(collection),
    reach: reachForRule(access.model),
    alias: next,
    language: expressionLanguage,
  }
  // A preset is there before the record is, so it knows only who asks and when.
  const compilePreset = (grant: Grant, field: string): Sql =>
    preset(grant, field, collection, { ...shared, record: null })
  const filled = new Map([...presets].map(([field, grant]) => [field, compilePreset(grant, field)]))
  const record = newSource(query, access, next, filled)
  const compiler: Compiler = { ...shared, record }
  const columns = [...new Set(['id', ...given, ...filled.keys(), 'created', 'updated'])]
  return {
    grants,
    compiler,
    input: query.bulk ? bulkInput(collection, given, many) : singleInput(query),
    columns: columns.map((name) => ({ name, value: record.value(name) })),
    checks: [
      versionCheck(access),
      ...given.flatMap((field) =>
        relationCheck(access, collection, field, unlessPreset(column('i', field), filled.get(field)), false, next),
      ),
      ...many.flatMap(({ field }) => relationCheck(access, collection, field, manyIds(query, field), true, next)),
      grantCheck(grants, (grant) => createCondition(grant, names, compiler, (field) => compilePreset(grant, field))),
    ],
  }
}

/** What a preset fills in need not be visible to the caller; what the caller chooses instead must be. */
const unlessPreset = (value: Sql, fill: Sql | undefined): Sql =>
  fill ? sql`case when ${value} is distinct from ${fill} then ${value} end` : value

/** One record, or many, answered as the caller may read them. Checks that fail insert nothing. */
export function compileInsert(access: Access, query: InsertQuery): CompiledSql<Run> {
  const next = aliases()
  const { checks, columns, input } = planInsert(access, query, next)
  const names = join(
    columns.map(({ name }) => identifier(name)),
    ', ',
  )
  const statement = sql`
    insert into ${tableOf(query.collection)} as t (${names})
    select ${join(
      columns.map(({ value }) => value),
      ', ',
    )} from ${input}
    where ${allOf(checks)}`
  const links = query.bulk ? bulkLinks(query) : linkStatements(query.collection.name, query.many, 'written', true)
  const write = { statement, links, changes: query.bulk ? [] : query.many }
  return compileSql(answerWrite(access, query.collection.name, query.shape, write, next))
}

function createCondition(
  grant: Grant,
  given: readonly string[],
  compiler: Compiler,
  presetOf: (field: string) => Sql,
): Sql {
  const presets = [...grant.set.keys()].map(
    (field) => sql`${compiler.record?.value(field) ?? raw('null')} is not distinct from ${presetOf(field)}`,
  )
  const fields = given.flatMap((field) =>
    [readIfOf(grant, field), writeIfOf(grant, field)].flatMap((condition) =>
      condition === true ? [] : [sql`(${ruleCondition(condition, compiler)})`],
    ),
  )
  const rule = grant.rule === true ? raw('true') : sql`(${compileCondition(grant.rule, compiler)})`
  return join([rule, ...presets, ...fields], ' and ')
}

function preset(grant: Grant, field: string, collection: CollectionModel, compiler: Compiler): Sql {
  const expression = grant.set.get(field)
  const model = collection.fields.get(field)
  if (!expression || !model) return raw('null')
  return sql`${compileStored(expression, model.valueType.kind, compiler)}::${raw(model.column?.sqlType ?? 'text')}`
}

/** The record as it will be: what is given, filled in by presets, and the defaults. */
function newSource(query: InsertQuery, access: Access, next: () => string, filled: ReadonlyMap<string, Sql>): Source {
  const { collection } = query
  const given = new Set(['id', ...query.given])
  const source: Source = {
    ...rowSource(collection, 'i'),
    value(field) {
      const model = collection.fields.get(field)
      if (field === 'created' || field === 'updated') return sql`${parameters.now}`
      const fill = filled.get(field)
      if (given.has(field)) return fill ? sql`coalesce(${column('i', field)}, ${fill})` : column('i', field)
      if (fill) return fill
      const computed = model && computedValue(access.model, model, source, next)
      if (computed) return computed
      return defaultValue(model)
    },
    nullable: (field) => field !== 'id',
    manyIds: (field) => manyIds(query, field),
  }
  return source
}

/** What `@old` means while a record is created: a record without values. */
const nothing = (collection: CollectionModel): Source => ({
  ...rowSource(collection, ''),
  value: (field) => raw(`null::${collection.fields.get(field)?.column?.sqlType ?? 'text'}`),
  nullable: () => true,
  manyIds: () => raw(`'{}'::uuid[]`),
})

function defaultValue(model: FieldModel | undefined): Sql {
  const type = model?.column?.sqlType ?? 'text'
  const value = model?.declared.default
  if (value === undefined || value === null) return raw(`null::${type}`)
  return sql`${param<Run>(type, () => (typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value))}`
}

function manyIds(query: InsertQuery, field: string): Sql {
  const change = query.many.find((each) => each.field === field)
  if (!change) return raw(`'{}'::uuid[]`)
  if (query.bulk) return sql`coalesce(${column('i', field)}, '{}')`
  return idsAfter(query.collection.name, change, column('i', 'id'))
}

function singleInput({ collection, given }: InsertQuery): Sql {
  const values = ['id', ...given.filter((name) => name !== 'id')].map((name) => {
    if (name === 'id') return sql`${parameters.id} as "id"`
    const type = collection.fields.get(name)?.column?.sqlType ?? 'text'
    return sql`${param<Run>(type, (run) => run.values[name] ?? null)} as ${identifier(name)}`
  })
  return sql`(select ${join(values, ', ')}) as i`
}

const records = param<Run>('json', (run) => run.values['records'])

/** The records of `values.records` as something to select from, known as `i`. */
export function bulkInput(collection: CollectionModel, given: readonly string[], many: readonly ManyChange[]): Sql {
  const columns = ['id', ...given.filter((name) => name !== 'id')].map(
    (name) => sql`${identifier(name)} ${raw(collection.fields.get(name)?.column?.sqlType ?? 'text')}`,
  )
  const lists = many.map(({ field }) => sql`${identifier(field)} uuid[]`)
  return sql`json_to_recordset(${records}) as i(${join([...columns, ...lists], ', ')})`
}

function bulkLinks({ collection, many }: InsertQuery): readonly Sql[] {
  return many.map(({ field }, i) => {
    const name = identifier(field)
    const table = identifier('public', `${collection.name}.${field}`)
    const input = sql`json_to_recordset(${records}) as i(id uuid, ${name} uuid[])`
    return sql`${identifier(`link ${i}`)} as (insert into ${table} (source, target) select w.id, a.target from ${input} join written as w on w.id = i.id, unnest(i.${name}) as a(target) on conflict do nothing)`
  })
}
