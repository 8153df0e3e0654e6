import { type CollectionModel, errors, Problem } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { compileSql, sql } from '../database/sql.ts'
import { parameters } from '../query/run.ts'
import { currentVersion } from '../query/select-one.ts'
import { tableOf } from '../query/tables.ts'
import { insertRecord, type Written } from './create-records.ts'
import { findCollection, makeRun, type Operation, recordId, runPlan, wakeReaders, withAccess } from './operation.ts'
import { grantsOf, type ParsedRecord, parseNewRecord, toParameter } from './parse-record.ts'
import { applyChanges, type UpdateOptions } from './update-records.ts'

const maxTries = 3

/**
 * Creates the record with this id, or replaces it: fields that are not given get their default. Whether it exists is
 * looked up first; where somebody creates or deletes it meanwhile, it is looked up again.
 */
export async function replaceRecord(
  operation: Operation,
  name: string,
  givenId: string,
  body: unknown,
  options: ReplaceOptions,
): Promise<Written & { readonly created: boolean }> {
  return withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    if (collection.kind === 'view') throw errors.readOnlyCollection({ collection: name })
    const id = recordId(name, givenId)
    const record = withoutId(body, id)
    for (let tries = 1; ; tries += 1) {
      const exists = await decideExists(operation, access, collection, id, options)
      try {
        const written = exists
          ? await applyChanges(operation, access, collection, id, parseReplacement(access, collection, record), options)
          : await insertRecord(
              operation,
              access,
              collection,
              parseMissing(access, collection, record, id),
              options.select,
            )
        wakeReaders(operation)
        return { ...written, created: !exists }
      } catch (error) {
        const refused = preconditionProblem(error, exists, collection, options)
        if (refused || tries === maxTries || !raced(error, exists, operation)) throw refused ?? error
      }
    }
  })
}

export interface ReplaceOptions extends UpdateOptions {
  /** What the caller insists on: that the record is there already, or that it is not. */
  readonly mustBe?: 'there' | 'new' | null
}

async function decideExists(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  id: string,
  { rev, mustBe }: ReplaceOptions,
): Promise<boolean> {
  if (mustBe === 'new') return false
  return mustBe === 'there' || (rev ?? null) !== null || recordExists(operation, access, collection, id)
}

/** RFC 9110, sections 13.1.1 and 13.1.2: a request whose precondition does not hold does nothing and is a 412. */
function preconditionProblem(
  error: unknown,
  exists: boolean,
  { name }: CollectionModel,
  { mustBe }: ReplaceOptions,
): Problem | null {
  if (!(error instanceof Problem) || !mustBe) return null
  if (exists && error.code === 'recordNotFound')
    return errors.preconditionFailed({ collection: name, state: 'not there' })
  const sameId = error.code === 'notUnique' && !exists && error.message.includes('"id"')
  return sameId ? errors.preconditionFailed({ collection: name, state: 'there already' }) : null
}

/**
 * Somebody else created or deleted the record between look-up and write. Inside a transaction a failed insert cannot be
 * undone alone.
 */
function raced(error: unknown, exists: boolean, { session, deps }: Operation): boolean {
  if (!(error instanceof Problem)) return false
  return exists ? error.code === 'recordNotFound' : error.code === 'notUnique' && session === deps.database
}

/** Who may update but not create is told the same of a record that is missing as of one that is hidden. */
function parseMissing(access: Access, collection: CollectionModel, body: unknown, id: string): ParsedRecord {
  const permitted = access.collection(collection.name)
  if (permitted?.grants('create').length === 0 && permitted.grants('update').length > 0)
    throw errors.recordNotFound({ id, collection: collection.name })
  return withId(parseNewRecord(access, collection, body), id)
}

function withoutId(body: unknown, id: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !('id' in body)) return body
  const { id: given, ...record } = body
  if (typeof given === 'string' && given.toLowerCase() === id) return record
  throw errors.invalidBody({
    errors: [{ path: '/id', code: 'const', message: 'Must be the id in the address, or left out.' }],
  })
}

const withId = (record: ParsedRecord, id: string): ParsedRecord => ({ ...record, values: { ...record.values, id } })

/**
 * The given fields, and every other one the caller may write at its default; but a field that is shown on some records only
 * may be hidden on this one, and stays as it is.
 */
function parseReplacement(access: Access, collection: CollectionModel, body: unknown): ParsedRecord {
  const grants = grantsOf(access, collection, 'update')
  // Who may update but not create may replace all the same.
  const parsed = parseNewRecord(access, collection, body, '', 'update')
  const given = new Set([...parsed.assignments, ...parsed.many].map((each) => each.field))
  const writable = new Set(grants.flatMap((grant) => [...grant.writable].filter((name) => !grant.readIf.has(name))))
  const others = [...collection.fields.values()].filter(({ name, required, declared }) => {
    const hasDefault = declared.default !== undefined || !required
    return name !== 'id' && writable.has(name) && !given.has(name) && hasDefault
  })
  const columns = others.filter((field) => field.column !== null)
  const many = others.filter((field) => field.column === null)
  return {
    assignments: [...parsed.assignments, ...columns.map(({ name }) => ({ field: name, kind: 'set' as const }))],
    many: [...parsed.many, ...many.map(({ name }) => ({ field: name, kind: 'set' as const }))],
    values: {
      ...Object.fromEntries(columns.map((field) => [field.name, toParameter(field, field.declared.default)])),
      ...Object.fromEntries(many.map(({ name }) => [name, []])),
      ...parsed.values,
    },
  }
}

async function recordExists(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  id: string,
): Promise<boolean> {
  const { plan } = operation.deps.plans.planned(access, ['exists', collection.name], () => ({
    plan: operation.deps.plans.plan(
      // Only decides between update and create, each with its own rules; a hidden record answers as a refused update does.
      compileSql(sql`
        select v.version, exists (select 1 from ${tableOf(collection)} as t where t.id = ${parameters.id})
        from ${currentVersion} as v`),
    ),
  }))
  const [row] = await runPlan(operation, access, plan, makeRun(operation, { id }))
  return row?.[1] === 't'
}
