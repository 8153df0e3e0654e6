import { jsonSchema } from '@plinth/schema'
import type { Access } from '../../../access/access.ts'
import { transferFormats } from '../../../records/transfer/formats.ts'
import { conflictModes } from '../../../records/transfer/plan-import.ts'
import { filterParameter, selectParameter, sortParameter } from '../collection-parameters.ts'
import { type Json, type Operation, ref, schemaRef } from '../document.ts'
import type { CollectionNames } from '../operation-names.ts'
import { problems } from '../problem-responses.ts'

interface Transfer {
  readonly access: Access
  readonly name: string
  readonly names: CollectionNames
}

const { array, boolean, integer, object, oneOf, optional, string } = jsonSchema

const inQuery = (name: string, description: string, schema: Json): Json => ({ name, in: 'query', description, schema })
const yesOrNo = { ...oneOf(['true', 'false']), default: 'false' }
const lines: Json = { type: 'string', description: 'A JSON text in each line.' }
const csv: Json = { type: 'string', description: 'A header with the names of fields, then a line for each record.' }
const requestId = { 'X-Request-Id': ref('headers', 'X-Request-Id') }

/** `GET /api/records/:collection/export` */
export const exportMany = ({ access, name, names }: Transfer): Operation => ({
  operationId: `export${names.many}`,
  tags: [name],
  summary: `Export ${name}`,
  description: 'All that match and that you may see, as one file, from one moment.',
  parameters: [
    inQuery('format', 'The form of the file.', { ...oneOf(transferFormats), default: 'json' }),
    filterParameter(access, name),
    sortParameter(access, name),
    selectParameter(access, name),
    inQuery('bom', 'Whether a CSV begins with a byte order mark, for spreadsheets that ask for one.', yesOrNo),
  ],
  responses: {
    200: {
      description: 'The file.',
      headers: { 'Content-Disposition': ref('headers', 'Content-Disposition'), ...requestId },
      content: {
        'application/json': { schema: array(schemaRef(names.schema)) },
        'text/csv': { schema: csv },
        'application/x-ndjson': { schema: lines },
      },
    },
    ...problems(400, 401, 404, 429),
  },
})

/** `POST /api/records/:collection/import` */
export const importMany = ({ name, names }: Transfer): Operation => ({
  operationId: `import${names.many}`,
  tags: [name],
  summary: `Import ${name}`,
  description:
    'Creates a record for each row, by the rules for single records: all or none. With `Accept: application/x-ndjson` ' +
    'lines `{"rows": 5000}` say how far it is, and the last line is the summary, or the problem.',
  parameters: [
    inQuery('format', 'The form of the body; by default what its `Content-Type` says.', oneOf(transferFormats)),
    inQuery('onConflict', 'What becomes of a row whose record is there already.', {
      ...oneOf(conflictModes),
      default: 'fail',
    }),
    inQuery('key', 'The unique field by which a record is there already, for `skip` and `update`; else its `id`.', {
      type: 'string',
    }),
    inQuery('map', 'Columns and their fields, as JSON: `{"Full name":"name","Notes":null}`; null leaves one out.', {
      type: 'string',
    }),
    inQuery('dryRun', 'Whether all is only tried: the summary lists the rows that cannot be imported.', yesOrNo),
    ref('parameters', 'Idempotency-Key'),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: array({ type: 'object' }) },
      'text/csv': { schema: csv },
      'application/x-ndjson': { schema: lines },
    },
  },
  responses: {
    200: {
      description: 'What was done, or with `dryRun` would be.',
      headers: { 'Idempotency-Replayed': ref('headers', 'Idempotency-Replayed'), ...requestId },
      content: {
        'application/json': { schema: schemaRef('ImportSummary') },
        'application/x-ndjson': { schema: lines },
      },
    },
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429),
  },
})

const count = (description: string): Json => integer({ minimum: 0, description })

/** What an import answers. */
export const importSchemas: Json = {
  ImportSummary: object({
    dryRun: boolean(),
    rows: count('How many rows the file has.'),
    created: count('New records.'),
    updated: count('Records that were there and have changed.'),
    skipped: count('Rows whose record was there already, or that change nothing.'),
    failed: count('Rows that cannot be imported: 0, unless it is a dry run.'),
    errors: array(
      object({
        line: integer({ minimum: 1, description: 'Where the row begins.' }),
        column: optional(string({ description: 'As the file names it.' })),
        path: string({ description: 'A JSON pointer: the number of the row from 0, then the field.' }),
        code: string(),
        message: string({ description: 'A sentence that says how to mend it.' }),
      }),
      { maxItems: 100, description: 'Why the first of them cannot be.' },
    ),
    ignored: array(string(), { description: 'Columns that were left out, since the server fills them itself.' }),
  }),
}
