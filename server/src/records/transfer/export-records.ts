import type { Access } from '../../access/access.ts'
import { checkFilter } from '../../query/check-filter.ts'
import { compileAll } from '../../query/select-all.ts'
import type { ShapeEntry } from '../../query/shape.ts'
import { parseSort } from '../../query/sort.ts'
import { findReadable, inTransaction, makeRun, type Operation, runVersioned, withAccess } from '../operation.ts'
import { type Parameters, readProblem, shapeOf } from '../read-records.ts'
import { writeCell } from './csv-cell.ts'
import type { TransferFormat } from './formats.ts'

/** Where an export goes. */
export interface ExportSink {
  /** Called once, when the first records are there: from then on no problem can be answered. */
  start(): void
  /** Waits until there is room for more. False where nobody wants more. */
  write(text: string): Promise<boolean>
}

export interface ExportOptions {
  readonly format: TransferFormat
  /** Whether a CSV begins with a byte order mark, by which some spreadsheets tell UTF-8. */
  readonly bom: boolean
}

/**
 * Sends all records that match and that the caller may see, from one snapshot. They are fetched a few at a time from a
 * cursor, so neither side keeps them all, and the time limit of statements is for each fetch.
 *
 * @throws Problem as for a list; tooManyTransfers
 */
export async function exportRecords(
  operation: Operation,
  name: string,
  parameters: Parameters,
  options: ExportOptions,
  sink: ExportSink,
): Promise<void> {
  await withAccess(operation, async (access) => {
    const { query, form } = planExport(operation, access, name, parameters, options)
    await operation.deps.transfers.hold(operation.actor, () =>
      inTransaction(operation, (inner) => send(inner, access, query, form, sink)).catch((error: unknown) => {
        throw readProblem(error)
      }),
    )
  })
}

type Row = readonly (string | null)[]

/** How rows `[version, …]` become text. */
interface Form {
  readonly before: string
  readonly between: string
  readonly after: string
  row(row: Row): string
}

function planExport(
  operation: Operation,
  access: Access,
  name: string,
  parameters: Parameters,
  { format, bom }: ExportOptions,
) {
  const [select, filter, sort] = ['select', 'filter', 'sort'].map((each) => parameters.get(each))
  const as = format === 'csv' ? 'texts' : 'json'
  const { query, shape } = operation.deps.plans.planned(access, ['export', name, select, filter, sort, as], () => {
    const collection = findReadable(access, name).name
    const wanted = shapeOf(access, collection, select)
    const statement = compileAll(access, {
      collection,
      shape: wanted,
      filter: filter === undefined ? null : checkFilter(access, collection, filter),
      sort: parseSort(access, collection, sort ?? null),
      as,
    })
    return { query: { ...statement, text: `declare ${cursor} no scroll cursor for ${statement.text}` }, shape: wanted }
  })
  const numbers = numbersIn(access, name, shape.entries)
  return { query, form: format === 'csv' ? csvForm(shape.entries, numbers, bom) : jsonForms[format] }
}

const oneLine = (json: string | null | undefined): string => (json ?? '').replaceAll('\n', '')

const jsonForms = {
  json: { before: '[', between: ',\n', after: ']\n', row: (row: Row) => row[1] ?? '' },
  // PostgreSQL puts line breaks between the records of a relation; those inside texts are escaped.
  ndjson: { before: '', between: '\n', after: '\n', row: (row: Row) => oneLine(row[1]) },
} satisfies Record<'json' | 'ndjson', Form>

const numberKinds: ReadonlySet<string | undefined> = new Set(['integer', 'decimal', 'float'])

const numbersIn = (access: Access, name: string, entries: readonly ShapeEntry[]): readonly boolean[] =>
  entries.map(({ name: field }) =>
    numberKinds.has(access.collection(name)?.collection.fields.get(field)?.valueType.kind),
  )

function csvForm(entries: readonly ShapeEntry[], numbers: readonly boolean[], bom: boolean): Form {
  const isNested = entries.map(({ kind }) => kind === 'one' || kind === 'many')
  const cell = (text: string | null | undefined, i: number): string =>
    writeCell(isNested[i] ? text?.replaceAll('\n', '') : text, numbers[i] === true)
  return {
    before: `${bom ? '\ufeff' : ''}${entries.map((entry) => entry.name).join(',')}\r\n`,
    between: '\r\n',
    after: '\r\n',
    row: (row) => entries.map((_, i) => cell(row[i + 2], i)).join(','),
  }
}

const cursor = 'plinth_export'
const firstRows = 20
const mostRows = 250
/** What a fetch should bring. */
const wantedBytes = 128 * 1024
/** What it may bring at most: rows may be large where those before were small. */
const maxFetchBytes = 256 * 1024 * 1024

async function send(
  operation: Operation,
  access: Access,
  query: ReturnType<typeof planExport>['query'],
  form: Form,
  sink: ExportSink,
): Promise<void> {
  await operation.session.run({ text: query.text, values: query.values(makeRun(operation)) })
  let rows = await fetchRows(operation, access, firstRows)
  sink.start()
  let goesOn = await sink.write(form.before)
  let isFirst = true
  let count = firstRows
  while (goesOn && (rows[0]?.[1] ?? null) !== null) {
    const text = rows.map(form.row).join(form.between)
    goesOn = await sink.write(isFirst ? text : form.between + text)
    isFirst = false
    if (rows.length < count) break
    count = nextCount(rows.length, text.length)
    if (goesOn) rows = await fetchRows(operation, access, count)
  }
  if (goesOn) await sink.write(isFirst ? form.after.trimStart() : form.after)
}

/** At most twice as many as before: large rows may come after small ones. */
const nextCount = (rows: number, length: number): number =>
  Math.max(1, Math.min(mostRows, rows * 2, Math.floor((rows * wantedBytes) / Math.max(1, length))))

const fetchRows = (operation: Operation, access: Access, count: number) =>
  runVersioned(operation, access, {
    text: `fetch forward ${count} from ${cursor}`,
    values: [],
    maxBytes: maxFetchBytes,
  })
