import type { Row } from './columns.ts'
import { readRows } from './read-rows.ts'
import { recordId } from './record-id.ts'
import { type Table, tables } from './tables.ts'

/** Records of one collection, ready to be sent. */
export interface Records {
  readonly collection: string
  readonly records: readonly ImportedRecord[]
}

export interface ImportedRecord {
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
}

/** All source files as records, in an order in which they can be imported. */
export const readRecords = (): Promise<readonly Records[]> =>
  Promise.all(
    tables.map(async (table) => ({
      collection: table.collection,
      records: (await readRows(table.source)).map((row) => toRecord(table, row)),
    })),
  )

const toRecord = ({ collection, key, fields }: Table, row: Row): ImportedRecord => ({
  id: recordId(collection, key(row)),
  body: Object.fromEntries(Object.entries(fields).map(([name, column]) => [name, column(row)])),
})
