import { errors } from '@plinth/schema'
import { compileFindByKey } from '../../query/find-by-key.ts'
import { compileUpdateRows } from '../../query/update.ts'
import { groupsOf, idOf, insertGroup, recordsText } from '../create-records.ts'
import { makeRun, type Operation, runPlan } from '../operation.ts'
import { type ParsedRecord, parseChanges, parseNewRecord, toParameter } from '../parse-record.ts'
import { applyChanges } from '../update-records.ts'
import { valueFaults } from '../value-faults.ts'
import { writeProblem } from '../write-error.ts'
import { faultsOf, type ImportReport, isAboutRow } from './import-report.ts'
import type { ImportRow } from './import-row.ts'
import type { ImportPlan } from './plan-import.ts'

/** A row that has become a write. */
interface Prepared {
  readonly row: ImportRow
  readonly record: ParsedRecord
  /** The record to change; null for a new one. */
  readonly id: string | null
  /** Whether it was looked for once more after somebody else had been quicker. */
  readonly isRetried: boolean
}

/** One import at work in its transaction. */
export interface Import {
  readonly operation: Operation
  readonly plan: ImportPlan
  readonly report: ImportReport
}

/** Writes rows of which no two have the same key, by the rules of ordinary writes; notes those that cannot be. */
export async function writeRows(job: Import, rows: readonly ImportRow[], isRetried = false): Promise<void> {
  const known = job.plan.key === null ? new Map<ImportRow, string>() : await findKnown(job, rows)
  const prepared: Prepared[] = []
  const ids = new Set<string>()
  for (const row of rows) {
    const id = known.get(row) ?? null
    // Two keys may mean one record, as addresses in small and capital letters do: the later row finds it as it is then.
    if (id !== null && ids.has(id)) {
      await write(job, prepared.splice(0))
      ids.clear()
    }
    if (id !== null) ids.add(id)
    const record = prepare(job, row, id)
    if (record) prepared.push({ row, record, id, isRetried })
  }
  await write(job, prepared)
}

/** The records that the caller sees under the rows' keys. */
async function findKnown({ operation, plan }: Import, rows: readonly ImportRow[]): Promise<Map<ImportRow, string>> {
  const { access, collection, key } = plan
  const known = new Map<ImportRow, string>()
  if (key === null) return known
  const keyed = rows.filter(({ body }) => {
    const value = body[key.name] ?? null
    return value !== null && valueFaults(collection, { [key.name]: value }, '').length === 0
  })
  if (keyed.length === 0) return known
  const { plan: find } = operation.deps.plans.planned(access, ['findByKey', collection.name, key.name], () => ({
    plan: operation.deps.plans.plan(compileFindByKey(access, collection.name, key)),
  }))
  const keys = keyed.map(({ body }) => toParameter(key, body[key.name]))
  for (const [, number, id] of await runPlan(operation, access, find, makeRun(operation, { values: { keys } }))) {
    const row = keyed[Number(number ?? 0) - 1]
    if (row && id) known.set(row, id)
  }
  return known
}

/** The write that a row asks for; null where there is none, because it is skipped or cannot be. */
function prepare({ plan, report }: Import, row: ImportRow, id: string | null): ParsedRecord | null {
  if (id !== null && plan.mode === 'skip') {
    report.skipped += 1
    return null
  }
  try {
    if (id === null) return parseNewRecord(plan.access, plan.collection, row.body)
    const changes = changesOf(plan, row, id)
    if (Object.keys(changes).length > 0) return parseChanges(plan.access, plan.collection, changes)
    report.skipped += 1
    return null
  } catch (error) {
    if (!isAboutRow(error)) throw error
    report.refuse(row, faultsOf(error))
    return null
  }
}

/** What names a record does not change it. */
function changesOf({ key }: ImportPlan, { body }: ImportRow, known: string): Readonly<Record<string, unknown>> {
  const { id } = body
  if (typeof id === 'string' && id.toLowerCase() !== known) {
    const message = `Another record has this "${key?.name ?? ''}".`
    throw errors.invalidBody({ errors: [{ path: '/id', code: 'const', message }] })
  }
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'id' && name !== key?.name))
}

/** Writes all, or finds out which of them cannot be by writing halves. */
async function write(job: Import, rows: readonly Prepared[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const { operation, report } = job
  const control = (text: string) => operation.session.run({ text, values: [] })
  await control('savepoint plinth_rows')
  try {
    await writeTogether(job, rows)
    await control('release savepoint plinth_rows')
    const updated = rows.filter(({ id }) => id !== null).length
    report.updated += updated
    report.created += rows.length - updated
    return
  } catch (error) {
    if (!isAboutRow(error)) throw error
    await control('rollback to savepoint plinth_rows')
    await control('release savepoint plinth_rows')
    if (rows.length === 1) {
      const mayBeThere = error.code === 'notUnique' && first.id === null && job.plan.key !== null && !first.isRetried
      if (mayBeThere) return writeRows(job, [first.row], true)
      return report.refuse(first.row, faultsOf(error))
    }
  }
  const half = Math.ceil(rows.length / 2)
  await write(job, rows.slice(0, half))
  await write(job, rows.slice(half))
}

async function writeTogether({ operation, plan }: Import, rows: readonly Prepared[]): Promise<void> {
  const { access, collection } = plan
  const created = rows.flatMap(({ id, record }) => (id === null ? [record] : []))
  for (const group of groupsOf(access, created)) {
    const records = group.flatMap((i) => created[i] ?? [])
    await insertGroup(operation, access, collection, records, records.map(idOf), group)
  }
  const changed = rows.flatMap(({ id, record }) => (id === null ? [] : [{ id, record }]))
  const groups = Map.groupBy(changed, ({ record }) =>
    record.many.length > 0
      ? null
      : record.assignments
          .map(({ field }) => field)
          .toSorted()
          .join(' '),
  )
  for (const [fields, group] of groups) {
    if (fields === null || group.length === 1) {
      for (const { id, record } of group)
        await applyChanges(operation, access, collection, id, record, { select: 'id' })
    } else await updateGroup({ operation, plan }, group)
  }
}

/** Updates that give the same fields, by one statement. */
async function updateGroup(
  { operation, plan: { access, collection } }: Pick<Import, 'operation' | 'plan'>,
  changes: readonly { readonly id: string; readonly record: ParsedRecord }[],
): Promise<void> {
  const given = (changes[0]?.record.assignments ?? []).map(({ field }) => field).toSorted()
  const { plan } = operation.deps.plans.planned(access, ['updateRows', collection.name, given], () => {
    const assignments = given.map((field) => ({ field, kind: 'set' as const }))
    const query = { collection, assignments, many: [], shape: null, expectsRev: false, bulk: true as const }
    return { plan: operation.deps.plans.plan(compileUpdateRows(access, query)) }
  })
  const records = recordsText(
    collection,
    changes.map(({ record }) => record),
    changes.map(({ id }) => id),
    given,
  )
  const rows = await runPlan(operation, access, plan, makeRun(operation, { values: { records } })).catch(
    (error: unknown) => {
      throw writeProblem(error, { access, collection, action: 'update' })
    },
  )
  // Which one, and why, shows when each is written alone.
  if (rows.length < changes.length) throw errors.forbidden({ action: 'update', collection: collection.name })
}
