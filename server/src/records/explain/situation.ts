import { type CollectionModel, errors, Problem } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import { type CompiledSql, sql } from '../../database/sql.ts'
import { aliases, type Compiler } from '../../query/compiler.ts'
import { compileDelete, planDelete } from '../../query/delete.ts'
import { compileInsert, type InsertQuery, planInsert } from '../../query/insert.ts'
import { parameters, type Run, type Sql } from '../../query/run.ts'
import { compileList } from '../../query/select-list.ts'
import { compileGet } from '../../query/select-one.ts'
import { resolveShape } from '../../query/shape.ts'
import { parseSort } from '../../query/sort.ts'
import { ruleCompiler } from '../../query/table-reference.ts'
import { tableOf } from '../../query/tables.ts'
import { compileUpdate, planUpdate, type UpdateQuery } from '../../query/update.ts'
import { ruleCondition, type WriteCheck } from '../../query/write-check.ts'
import type { Operation } from '../operation.ts'
import { parseChanges, parseNewRecord, type ParsedRecord } from '../parse-record.ts'
import type { ExplainRequest } from './explain-request.ts'

/** What a request's rules are asked about: the record as it is, or as it would be. */
export interface Situation {
  /** What to select the record from, known as the rules' compilers expect; null where there is no record. */
  readonly from: Sql | null
  readonly compiler: Compiler
  /** For updates: rules about the record as it was. */
  readonly before: Compiler | null
  readonly checks: readonly WriteCheck[]
  /** The statement that the request would run; empty where it is refused before one is made. */
  readonly statement: CompiledSql<Run>
  readonly run: Partial<Run>
}

const noStatement: CompiledSql<Run> = { text: '', values: () => [] }
const nothing: ParsedRecord = { assignments: [], many: [], values: {} }

export function situationOf(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  request: ExplainRequest,
): Situation {
  return situations[request.action](access, collection, request, operation)
}

type Describe = (
  access: Access,
  collection: CollectionModel,
  request: ExplainRequest,
  operation: Operation,
) => Situation

const situations: { readonly [A in ExplainRequest['action']]: Describe } = {
  read(access, collection, { id }) {
    const compiler = ruleCompiler(access.model, collection, 't', aliases())
    const readable = access.collection(collection.name)?.read !== false
    const visible: WriteCheck = {
      kind: 'visible',
      field: null,
      condition: ruleCondition(access.collection(collection.name)?.read ?? false, compiler),
    }
    const statement = readable ? readStatement(access, collection, id) : noStatement
    return {
      ...ofRecord(collection, id),
      compiler,
      before: null,
      checks: id === null ? [] : [visible],
      statement,
      run: { id },
    }
  },

  create(access, collection, { body }) {
    const parsed = parsedOrNothing(() => parseNewRecord(access, collection, body))
    const given = parsed.assignments.map(({ field }) => field)
    const shape = shapeFor(access, collection)
    const query: InsertQuery = {
      collection,
      given: given.filter((field) => field !== 'id'),
      many: parsed.many,
      shape,
      bulk: false,
    }
    const planned = planInsert(access, query, aliases())
    const id = typeof parsed.values['id'] === 'string' ? parsed.values['id'] : exampleId
    const { compiler, checks, input } = planned
    return {
      from: input,
      compiler,
      before: null,
      checks,
      statement: compileInsert(access, query),
      run: { id, values: parsed.values },
    }
  },

  update(access, collection, { id, body }) {
    const { assignments, many, values } = parsedOrNothing(() => parseChanges(access, collection, body))
    const query: UpdateQuery = { collection, assignments, many, shape: shapeFor(access, collection), expectsRev: false }
    const { after, before, checks } = planUpdate(access, query, aliases())
    return {
      ...ofRecord(collection, id),
      compiler: after,
      before,
      checks,
      statement: compileUpdate(access, query),
      run: { id, values },
    }
  },

  delete(access, collection, { id }) {
    const query = { collection, expectsRev: false }
    const compiler = ruleCompiler(access.model, collection, 't', aliases())
    const checks = planDelete(access, query, aliases())
    return {
      ...ofRecord(collection, id),
      compiler,
      before: null,
      checks,
      statement: compileDelete(access, query),
      run: { id },
    }
  },
}

/** Stands for the id that a new record would get. */
const exampleId = '00000000-0000-7000-8000-000000000000'

const ofRecord = (collection: CollectionModel, id: string | null): Pick<Situation, 'from'> => ({
  from: id === null ? null : sql`${tableOf(collection)} as t where t.id = ${parameters.id}`,
})

const shapeFor = (access: Access, collection: CollectionModel) =>
  access.collection(collection.name)?.read === false ? null : resolveShape(access, collection.name, null)

function readStatement(access: Access, collection: CollectionModel, id: string | null): CompiledSql<Run> {
  const shape = resolveShape(access, collection.name, null)
  if (id !== null) return compileGet(access, collection.name, shape)
  const sort = parseSort(access, collection.name, null)
  const query = {
    collection: collection.name,
    shape,
    filter: null,
    sort,
    limit: 20,
    paged: false,
    after: null,
    count: null,
  }
  return compileList(access, query).statement
}

/** A body that the caller may not even send is explained by the answer; the rules are then asked about an empty one. */
function parsedOrNothing(parse: () => ParsedRecord): ParsedRecord {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Problem && error.code !== errors.internal().code) return nothing
    throw error
  }
}
