import type { CallOptions } from '../http/request-options.ts'
import type { Fault } from '../plinth-error.ts'
import type { FieldName } from './fields-of.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Select } from './select.ts'
import type { Sort } from './sort.ts'
import type { Where } from './where.ts'

export type FileFormat = 'csv' | 'json' | 'ndjson'

export interface ExportOptions<S extends SchemaShape, C extends CollectionName<S>> extends CallOptions {
  /** Default: `json`, an array. */
  readonly format?: FileFormat
  readonly where?: Where<S, C>
  readonly select?: Select<S, C>
  readonly sort?: Sort<S, C>
  /** Begins a CSV with a byte order mark, for spreadsheets that ask for one. */
  readonly bom?: boolean
}

export interface ImportOptions<S extends SchemaShape, C extends CollectionName<S>> extends CallOptions {
  readonly format: FileFormat
  /** What becomes of a row whose record is there. Default: `fail`. */
  readonly onConflict?: 'fail' | 'skip' | 'update'
  /** The unique field by which a record is there; else its id. */
  readonly key?: FieldName<S, C>
  /** Other names of columns; null leaves one out. */
  readonly map?: Readonly<Record<string, FieldName<S, C> | null>>
  /** Tries everything, undoes it, and says what would be. */
  readonly dryRun?: boolean
  /** Told now and then how many rows have been read. */
  readonly onProgress?: (rows: number) => void
}

/** What is wrong with a row; also the `errors` of a PlinthError `importFailed`. */
export interface ImportFault extends Fault {
  readonly line: number
  readonly column?: string
}

/** What an import did, or would do. */
export interface ImportReport {
  readonly dryRun: boolean
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly failed: number
  /** The first hundred faults. */
  readonly errors: readonly ImportFault[]
  /** Columns that were left out. */
  readonly ignored: readonly string[]
}
