import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errors, type Problem } from '@plinth/schema'
import { type CastingContext, CsvError, parse } from 'csv-parse'
import { readCell } from './csv-cell.ts'

export interface CsvRow {
  /** Where the row begins; the first line is 1. */
  readonly line: number
  readonly cells: readonly (string | null)[]
}

/**
 * The rows of a CSV (RFC 4180), the header first. Lines may end in any of the three ways; empty ones are left out where
 * there is more than one column.
 *
 * @throws Problem importMalformed, rowTooLarge
 */
export async function* readCsv(texts: AsyncIterable<string>, maxRow: number): AsyncGenerator<CsvRow> {
  // Where the parser is; rows before that may still wait to be taken.
  let unread = 1
  const parser = parse({
    cast: (text: string, { quoting }: CastingContext) => readCell(text, quoting),
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: maxRow,
    info: true,
    on_record: (record: string[], { lines }: { readonly lines: number }) => {
      unread = lines + 1
      return record
    },
  })
  // Whatever goes wrong before the parser is thrown by the parser.
  pipeline(Readable.from(texts), parser).catch(() => {})
  let line = 1
  try {
    for await (const each of parser) {
      // With `info` it gives the record beside where it has got to.
      const { record, info } = each as Parsed
      yield { line, cells: record }
      line = info.lines + 1
    }
  } catch (error) {
    throw error instanceof CsvError ? csvProblem(error, unread, maxRow) : error
  }
}

interface Parsed {
  readonly record: readonly (string | null)[]
  readonly info: { readonly lines: number }
}

const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed.',
  INVALID_OPENING_QUOTE: 'a quote stands within a cell: put the cell in quotes, and write each quote in it twice.',
  CSV_INVALID_CLOSING_QUOTE: 'more follows a closing quote: write each quote within a cell twice.',
}

function csvProblem(error: CsvError, line: number, limit: number): Problem {
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return errors.rowTooLarge({ line, limit, hint: ' Is a quote not closed?' }, { cause: error })
  return errors.importMalformed({ line, reason: reasons[error.code] ?? 'it is no CSV.' }, { cause: error })
}
