import { accountId } from './account-id.ts'
import { recordId } from './record-id.ts'

/** A row of the source files. */
export type Row = Readonly<Record<string, string | number | null>>

/** Works out one field of a record from its row. */
export type Column = (row: Row) => string | number | null

/** The source writes an absent text as an empty one. */
export const text =
  (name: string): Column =>
  (row) =>
    row[name] || null

export const number =
  (name: string): Column =>
  (row) =>
    row[name] ?? null

/** Money travels as text, so that no digit is lost. */
export const price =
  (name: string): Column =>
  (row) =>
    Number(row[name]).toFixed(2)

/** The source gives each day as its midnight. */
export const day =
  (name: string): Column =>
  (row) =>
    String(row[name]).slice(0, 10)

/** The source says no time zone: UTC is as good as any. */
export const moment =
  (name: string): Column =>
  (row) =>
    `${row[name]}Z`

/** A relation to the record made from the row that has this number. */
export const link =
  (collection: string, name: string): Column =>
  (row) => {
    const key = row[name] ?? null
    return key === null ? null : recordId(collection, key)
  }

/** A relation to the account that the row's person signs in with. */
export const account: Column = (row) => accountId(String(row['Email']))
