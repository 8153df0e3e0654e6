import type { CallOptions } from '../http/request-options.ts'
import { readJson } from '../http/read-json.ts'
import type { Transport } from '../http/transport.ts'
import { listQuery } from './list-query.ts'
import { callOptions } from './list-records.ts'
import { readReport } from './read-report.ts'

type Options = Readonly<Record<string, unknown>> & CallOptions

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value))

/** The file as it comes: it may be larger than memory. */
export const exportRecords = (
  transport: Transport,
  path: string,
  { format, bom, ...options }: Options,
): Promise<Response> => {
  const { filter, sort, select } = listQuery(options)
  const query = { filter, sort, select, format: text(format), bom: bom === true ? 'true' : undefined }
  return transport.send('GET', `${path}/export`, { ...callOptions(options), query })
}

/** As long as it takes, unless the caller says otherwise. A stream cannot be sent twice. */
export const importRecords = (
  transport: Transport,
  path: string,
  body: unknown,
  { format, onConflict, key, map, dryRun, onProgress, ...options }: Options,
): Promise<unknown> => {
  const tell = typeof onProgress === 'function' ? (rows: number) => void onProgress(rows) : null
  const request = {
    timeout: 0,
    ...withoutUndefined(callOptions(options)),
    keyed: !(body instanceof ReadableStream),
    body,
    headers: {
      'Content-Type': contentTypes.get(format) ?? 'application/octet-stream',
      ...(tell !== null && { Accept: 'application/x-ndjson' }),
    },
    query: {
      format: text(format),
      onConflict: text(onConflict),
      key: text(key),
      map: map === undefined ? undefined : JSON.stringify(map),
      dryRun: dryRun === true ? 'true' : undefined,
    },
  }
  const read = tell === null ? readJson : (response: Response) => readReport(response, tell)
  return transport.read('POST', `${path}/import`, request, read)
}

const contentTypes: ReadonlyMap<unknown, string> = new Map([
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['ndjson', 'application/x-ndjson'],
])

const withoutUndefined = (options: CallOptions): CallOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
