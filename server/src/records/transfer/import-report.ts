import { type Fault, Problem } from '@plinth/schema'
import type { ImportRow } from './import-row.ts'

/** What is wrong with one row, and where. */
export interface RowFault extends Fault {
  readonly line: number
  /** As the file names it; absent where the row as a whole is meant. */
  readonly column?: string
}

/** What an import did, or would have done. */
export interface ImportSummary {
  readonly dryRun: boolean
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  /** How many rows cannot be imported. */
  readonly failed: number
  /** Why, for the first of them. */
  readonly errors: readonly RowFault[]
  /** Columns that were left out, since the server fills them itself. */
  readonly ignored: readonly string[]
}

const maxListed = 100

/** Counts what becomes of the rows of an import, and lists the first faults. */
export class ImportReport {
  rows = 0
  created = 0
  updated = 0
  skipped = 0
  failed = 0
  readonly errors: RowFault[] = []

  /** A row that cannot be imported. */
  refuse(row: ImportRow, faults: readonly Fault[]): void {
    this.failed += 1
    for (const fault of faults.slice(0, maxListed - this.errors.length)) this.errors.push(placed(row, fault))
  }
}

function placed({ line, number, columnOf }: ImportRow, { path, code, message }: Fault): RowFault {
  const [, field = ''] = path.split('/')
  return { line, ...(field !== '' && { column: columnOf(field) }), path: `/${number}${path}`, code, message }
}

/** Problems that are about the row alone; any other ends the import. */
const aboutRows: ReadonlySet<string> = new Set([
  'invalidBody',
  'badRequest',
  'forbidden',
  'notUnique',
  'recordNotFound',
  'readOnlyCollection',
])

export const isAboutRow = (error: unknown): error is Problem => error instanceof Problem && aboutRows.has(error.code)

/** A problem as faults of the row it is about; that of a write of many begins with a number. No field does. */
export const faultsOf = ({ code, message, errors }: Problem): readonly Fault[] =>
  errors.length === 0
    ? [{ path: '', code, message }]
    : errors.map((fault) => ({ ...fault, path: fault.path.replace(/^\/\d+(?=\/|$)/, '') }))
