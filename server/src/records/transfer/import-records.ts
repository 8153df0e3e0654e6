import { errors } from '@plinth/schema'
import { confirmAccess, currentAccess, inTransaction, type Operation, orConflict, wakeReaders } from '../operation.ts'
import { ImportReport, type ImportSummary } from './import-report.ts'
import { type ImportRow, readRows } from './import-row.ts'
import { type ImportOptions, type ImportPlan, planImport } from './plan-import.ts'
import { writeRows } from './write-rows.ts'

/** Told after each write how many rows were read so far; answers whether anybody still wants the import. */
export type Progress = (rows: number) => boolean

/** Rows that are written by one statement, and the characters they may have together. */
const chunkRows = 250
const chunkSize = 256 * 1024
/** A slow sender must not let the transaction idle until PostgreSQL ends it. */
const longestWait = 5_000

/**
 * Creates or updates a record for each row of a file, by the same rules as single writes: all of them, or none. The file is
 * read as it comes, and never kept. Where a row cannot be imported, the others are still tried, so that all faults are
 * known at once.
 *
 * The caller sees to it that not too many run at once.
 *
 * @throws Problem importFailed with the first faults; importMalformed, rowTooLarge
 */
export async function importRecords(
  operation: Operation,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  progress: Progress,
): Promise<ImportSummary> {
  try {
    const plan = planImport(await currentAccess(operation), name, options)
    const summary = await inTransaction(operation, (inner) => runImport(inner, plan, bytes, options, progress))
    wakeReaders(operation)
    return summary
  } catch (error) {
    throw orConflict(error)
  }
}

async function runImport(
  operation: Operation,
  plan: ImportPlan,
  bytes: AsyncIterable<Uint8Array>,
  { format, dryRun, maxRow }: ImportOptions,
  progress: Progress,
): Promise<ImportSummary> {
  const report = new ImportReport()
  const job = { operation, plan, report }
  await operation.session.run({ text: 'savepoint plinth_import', values: [] })
  for await (const chunk of chunksOf(readRows(format, bytes, plan.columns, maxRow), plan)) {
    report.rows += chunk.length
    for (const row of chunk) if (row.faults.length > 0) report.refuse(row, row.faults)
    await writeRows(
      job,
      chunk.filter((row) => row.faults.length === 0),
    )
    if (!progress(report.rows)) throw errors.badRequest({ reason: 'Who asked for the import is gone.' })
  }
  // Rules may have changed since the first row was written.
  await confirmAccess(operation, plan.access)
  report.errors.sort((a, b) => a.line - b.line)
  if (dryRun) await operation.session.run({ text: 'rollback to savepoint plinth_import', values: [] })
  else if (report.failed > 0) throw failed(report)
  const { rows, created, updated, skipped, failed: refused, errors: faults } = report
  const ignored = [...plan.columns.ignored]
  return { dryRun, rows, created, updated, skipped, failed: refused, errors: faults, ignored }
}

const failed = ({ failed: count, rows, errors: faults }: ImportReport) =>
  errors.importFailed({ failed: count, rows }, { errors: faults, extra: { failed: count, rows } })

/** Rows in the order they come, in chunks in which no key comes twice. */
async function* chunksOf(rows: AsyncIterable<ImportRow>, { key }: ImportPlan): AsyncGenerator<readonly ImportRow[]> {
  let chunk: ImportRow[] = []
  let size = 0
  let keys = new Set<unknown>()
  let began = Date.now()
  for await (const row of rows) {
    const value = key === null ? null : (row.body[key.name] ?? null)
    if (keys.has(value) || chunk.length === chunkRows || size > chunkSize || Date.now() - began > longestWait) {
      yield chunk
      chunk = []
      size = 0
      keys = new Set()
      began = Date.now()
    }
    chunk.push(row)
    size += row.size
    if (value !== null) keys.add(value)
  }
  if (chunk.length > 0) yield chunk
}
