import { errors, type Fault, Problem } from '@plinth/schema'
import { checkJsonValue } from '../check-json-value.ts'
import { cellReader } from './cell-value.ts'
import { type Column, type Columns } from './columns.ts'
import { decodeText } from './decode-text.ts'
import type { TransferFormat } from './formats.ts'
import { type CsvRow, readCsv } from './read-csv.ts'
import { type JsonText, readItems, readLines } from './read-json.ts'

/** One row of an import: a record as it would be the body of a request, or what is wrong with it. */
export interface ImportRow {
  /** Where it begins; the first line is 1. */
  readonly line: number
  /** Its place among the rows; the first is 0. */
  readonly number: number
  readonly body: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
  /** Characters, to know how much is kept. */
  readonly size: number
  /** The columns of its fields, where they have other names. */
  readonly columnOf: (field: string) => string
}

/** Rows as they come, in any format. @throws Problem where nothing after a place can be read */
export const readRows = (
  format: TransferFormat,
  bytes: AsyncIterable<Uint8Array>,
  columns: Columns,
  maxRow: number,
): AsyncGenerator<ImportRow> => {
  const texts = decodeText(bytes)
  if (format === 'csv') return csvRows(readCsv(texts, maxRow), columns)
  return jsonRows(format === 'json' ? readItems(texts, maxRow) : readLines(texts, maxRow), columns)
}

async function* csvRows(rows: AsyncIterable<CsvRow>, columns: Columns): AsyncGenerator<ImportRow> {
  let readRow: ((row: CsvRow, number: number) => ImportRow) | null = null
  let width = 0
  let number = 0
  for await (const row of rows) {
    if (readRow === null) {
      readRow = csvRowReader(row, columns)
      width = row.cells.length
    } else if (row.cells.length > 1 || width === 1 || row.cells[0] !== null) {
      yield readRow(row, number)
      number += 1
    }
  }
  if (readRow === null)
    throw errors.importMalformed({ line: 1, reason: 'there is no header with the names of columns.' })
}

function csvRowReader(header: CsvRow, columns: Columns): (row: CsvRow, number: number) => ImportRow {
  const named = parseHeader(header, columns)
  const used = named.flatMap(({ field, name }, i) => (field ? [{ field, name, i, read: cellReader(field) }] : []))
  const names = new Map(used.map(({ field, name }) => [field.name, name]))
  const columnOf = (field: string): string => names.get(field) ?? field
  return ({ line, cells }, number) => {
    const body: Record<string, unknown> = {}
    const faults: Fault[] = []
    if (cells.length !== named.length) {
      faults.push(fault('', 'columns', `Has ${cells.length} cells, but the header has ${named.length}.`))
      return { line, number, body, faults, size: 0, columnOf }
    }
    let size = 0
    for (const { field, i, read } of used) {
      const text = cells[i] ?? null
      size += text?.length ?? 4
      if (text === null) {
        // No value of a required field is null, so it is as if the column were not there.
        if (!field.required && field.name !== 'id') body[field.name] = field.column === null ? [] : null
      } else if (text.includes('\0')) {
        faults.push(fault(`/${field.name}`, 'nulCharacter', 'It holds a NUL character.'))
      } else {
        try {
          body[field.name] = read(text)
        } catch (error) {
          faults.push(...cellFaults(error, field.name))
        }
      }
    }
    return { line, number, body, faults, size, columnOf }
  }
}

function cellFaults(error: unknown, field: string): readonly Fault[] {
  if (error instanceof Problem) return error.errors.map((each) => ({ ...each, path: `/${field}${each.path}` }))
  return [fault(`/${field}`, 'invalidJson', 'Must be JSON text, such as ["a","b"].')]
}

/** @throws Problem invalidBody with every fault of the header */
function parseHeader({ cells, line }: CsvRow, columns: Columns): readonly Column[] {
  const names = cells.map((cell) => (cell ?? '').trim())
  const found = names.map((name) => columns.find(name))
  const faults = names.flatMap((name, i): Fault[] => {
    const column = found[i]
    const place = { line, column: name.slice(0, 100) }
    if (!column) return [{ ...fault(`/header/${i}`, 'unknownField', columns.unknown(name)), ...place }]
    const isRepeated = column.field !== null && found.some((other, j) => j < i && other?.field === column.field)
    const message = `Another column is for "${column.field?.name}" as well. Map one of them to null.`
    return isRepeated ? [{ ...fault(`/header/${i}`, 'repeatedField', message), ...place }] : []
  })
  if (faults.length > 0) throw errors.invalidBody({ errors: faults.slice(0, maxHeaderFaults) })
  return found.filter((column) => column !== null)
}

const maxHeaderFaults = 100

async function* jsonRows(texts: AsyncIterable<JsonText>, columns: Columns): AsyncGenerator<ImportRow> {
  let number = 0
  for await (const item of texts) {
    yield jsonRow(item, number, columns)
    number += 1
  }
}

function jsonRow({ line, text }: JsonText, number: number, columns: Columns): ImportRow {
  const names = new Map<string, string>()
  const row = { line, number, size: text.length, columnOf: (field: string) => names.get(field) ?? field }
  const parsed = parseRecord(text)
  if ('faults' in parsed) return { ...row, body: {}, faults: parsed.faults }
  const body: Record<string, unknown> = {}
  const faults: Fault[] = []
  for (const [name, value] of Object.entries(parsed.record)) {
    const column = columns.find(name)
    if (column === null) faults.push(fault(`/${pointer(name)}`, 'unknownField', columns.unknown(name)))
    else if (column.field !== null && Object.hasOwn(body, column.field.name))
      faults.push(fault(`/${pointer(name)}`, 'repeatedField', `"${column.field.name}" is given twice.`))
    else if (column.field !== null) {
      body[column.field.name] = value
      if (name !== column.field.name) names.set(column.field.name, name)
    }
  }
  return { ...row, body, faults }
}

type Parsed = { readonly record: object } | { readonly faults: readonly Fault[] }

function parseRecord(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { faults: [fault('', 'type', 'Must be an object.')] }
    checkJsonValue(value, text)
    return { record: value }
  } catch (error) {
    return { faults: error instanceof Problem ? error.errors : [fault('', 'invalidJson', 'Is not valid JSON.')] }
  }
}

const pointer = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')
const fault = (path: string, code: string, message: string): Fault => ({ path, code, message })
