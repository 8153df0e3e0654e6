import { errors, Problem, suggestion } from '@plinth/schema'
import { networkKey } from '../../auth/limits/count-try.ts'
import { type Answer, ok } from '../../records/answer.ts'
import { onceForKey } from '../../records/idempotency.ts'
import { type Operation, operationOf, type RecordsDeps } from '../../records/operation.ts'
import { parseMap } from '../../records/transfer/columns.ts'
import { exportRecords } from '../../records/transfer/export-records.ts'
import { mediaTypes, type TransferFormat, transferFormats } from '../../records/transfer/formats.ts'
import { importRecords } from '../../records/transfer/import-records.ts'
import { conflictModes, type ImportOptions } from '../../records/transfer/plan-import.ts'
import { beginText, json } from '../answers.ts'
import type { Handler, HttpRequest, HttpResponse } from '../http-request.ts'
import { idempotencyKey, problemAnswer } from '../idempotency-key.ts'
import { ImportBody } from '../import-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { writePiece } from '../transfer-stream.ts'

/** `GET /api/records/:collection/export` */
export const exporting =
  (deps: RecordsDeps): Handler =>
  async (req, res) => {
    const collection = req.params['collection'] ?? ''
    const parameters = parseQuery(req.target, ['format', 'filter', 'sort', 'select', 'bom'])
    const format = formatOf(parameters.get('format') ?? 'json')
    const bom = yesOrNo(parameters, 'bom')
    if (bom && format !== 'csv') throw errors.invalidParameter({ name: 'bom', reason: 'is for CSV alone.' })
    await exportRecords(
      operationOf(deps, req.actor, req.requestId),
      collection,
      parameters,
      { format, bom },
      {
        start: () =>
          beginText(res, 200, mediaTypes[format], {
            'Content-Disposition': `attachment; filename="${collection}.${format}"`,
          }),
        write: async (text) => req.method !== 'HEAD' && writePiece(res, text),
      },
    )
    res.end()
  }

/** `POST /api/records/:collection/import` */
export const importing =
  (deps: RecordsDeps, maxImport: number): Handler =>
  async (req, res) => {
    const body = new ImportBody(req, maxImport)
    try {
      const { collection, options } = parseImport(req)
      const progress = wantsProgress(req) ? tellProgress(res) : () => !res.closed
      const work = async (inner: Operation): Promise<Answer> =>
        ok(JSON.stringify(await importRecords(inner, collection, body, options, progress)))
      const operation = operationOf(deps, req.actor, req.requestId)
      answerImport(res, await deps.transfers.hold(req.actor, () => once(req, operation, body, work)))
    } catch (error) {
      if (!(res.headersSent && error instanceof Problem)) throw error
      answerImport(res, problemAnswer(req)(error))
    } finally {
      body.dismiss()
    }
  }

function once(
  req: HttpRequest,
  operation: Operation,
  body: ImportBody,
  work: (operation: Operation) => Promise<Answer>,
): Promise<Answer> {
  const key = idempotencyKey(req)
  if (key === null) return work(operation)
  const network = networkKey(req.clientAddress)
  const request = { key, method: 'POST', target: req.target, body: () => body.digest(), network }
  return onceForKey(operation, request, work, problemAnswer(req))
}

function parseImport(req: HttpRequest): { readonly collection: string; readonly options: ImportOptions } {
  const parameters = parseQuery(req.target, ['format', 'onConflict', 'key', 'map', 'dryRun'])
  const onConflict = conflictModes.find((each) => each === (parameters.get('onConflict') ?? 'fail'))
  if (!onConflict) throw errors.invalidParameter({ name: 'onConflict', reason: `must be ${conflictModes.join(', ')}.` })
  const options = {
    format: formatOf(parameters.get('format') ?? formatOfType(req.headers['content-type'])),
    onConflict,
    key: parameters.get('key') ?? null,
    map: parseMap(parameters.get('map') ?? '{}'),
    dryRun: yesOrNo(parameters, 'dryRun'),
    maxRow: req.bodyLimit,
  }
  return { collection: req.params['collection'] ?? '', options }
}

/** The format that a body says it has. */
const formatOfType = (type = ''): string =>
  [...formatsOfTypes].find(([each]) => type.trim().toLowerCase().startsWith(each))?.[1] ?? ''

const formatsOfTypes: ReadonlyMap<string, TransferFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
])

const wantsProgress = (req: HttpRequest): boolean => /\bapplication\/x-ndjson\b/.test(req.headers.accept ?? '')

/** Lines that say how many rows were read so far; a caller that does not read them needs to be told no more. */
const tellProgress =
  (res: HttpResponse) =>
  (rows: number): boolean => {
    if (!res.headersSent) beginText(res, 200, mediaTypes.ndjson)
    if (!res.writableNeedDrain) res.write(`{"rows":${rows}}\n`)
    return !res.closed
  }

/** By itself, or as the last line of those that told how it went. */
function answerImport(res: HttpResponse, { status, headers, body }: Answer): void {
  if (res.headersSent) res.end(`${body ?? ''}\n`)
  else json(res, status, body ?? '', headers)
}

function formatOf(text: string): TransferFormat {
  const format = transferFormats.find((each) => each === text)
  if (format) return format
  throw errors.invalidParameter({
    name: 'format',
    reason: `must be ${transferFormats.join(', ')}.${suggestion(text, transferFormats)}`,
  })
}

/** A parameter that is `true` or `false`; false where it is not given. */
function yesOrNo(parameters: ReadonlyMap<string, string>, name: string): boolean {
  const text = parameters.get(name) ?? 'false'
  if (text === 'true' || text === 'false') return text === 'true'
  throw errors.invalidParameter({ name, reason: 'must be true or false.' })
}
