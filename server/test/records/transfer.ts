import type { Operation } from '../../src/records/operation.ts'
import { exportRecords } from '../../src/records/transfer/export-records.ts'
import type { TransferFormat } from '../../src/records/transfer/formats.ts'
import { importRecords } from '../../src/records/transfer/import-records.ts'
import type { ImportSummary } from '../../src/records/transfer/import-report.ts'
import type { ImportOptions } from '../../src/records/transfer/plan-import.ts'
import { parameters } from './fixture.ts'

/** All of an export as one text. */
export async function exported(
  operation: Operation,
  collection: string,
  format: TransferFormat,
  query: Readonly<Record<string, string>> = {},
): Promise<string> {
  let text = ''
  const sink = {
    start: () => {},
    write: async (more: string) => {
      text += more
      return true
    },
  }
  await exportRecords(operation, collection, parameters(query), { format, bom: false }, sink)
  return text
}

/** An import of what is written out, in pieces of so many bytes. */
export function imported(
  operation: Operation,
  collection: string,
  content: string | Buffer,
  options: Partial<ImportOptions> = {},
  piece = 7,
): Promise<ImportSummary> {
  const bytes = Buffer.from(content)
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
  }
  return importRecords(
    operation,
    collection,
    pieces(),
    { format: 'csv', onConflict: 'fail', key: null, map: new Map(), dryRun: false, maxRow: 10_000, ...options },
    () => true,
  )
}
