import { errors } from '@plinth/schema'
import { networkKey } from '../../auth/limits/count-try.ts'
import { type Answer, etagOf, noBody, ok, revisionOfEtag } from '../../records/answer.ts'
import { runBatch } from '../../records/batch.ts'
import { createRecord, createRecords } from '../../records/create-records.ts'
import { deleteRecord, deleteRecords } from '../../records/delete-records.ts'
import { onceForKey } from '../../records/idempotency.ts'
import { type Operation, operationOf, type RecordsDeps } from '../../records/operation.ts'
import { aggregateRecords, getRecord, listRecords } from '../../records/read-records.ts'
import { timeZoneOf } from '../../records/time-zone.ts'
import { replaceRecord } from '../../records/replace-record.ts'
import { updateRecord, updateRecords } from '../../records/update-records.ts'
import { json, noContent } from '../answers.ts'
import { readJson } from '../body.ts'
import { isKnown } from '../etag.ts'
import type { Handler, HttpRequest, HttpResponse } from '../http-request.ts'
import { idempotencyKey, problemAnswer } from '../idempotency-key.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'
import { exporting, importing } from './transfer.ts'
import { listOptions, wholeNumber } from './record-parameters.ts'

/** `/api/records`: every collection, by the same few routes. */
export function recordsRoutes(deps: RecordsDeps, maxImport: number): Router {
  const read = reads(deps)
  const write = writes(deps)
  return routes({
    '/:collection/aggregate': { get: read(aggregate) },
    '/:collection/export': { get: exporting(deps) },
    '/:collection/import': { post: importing(deps, maxImport) },
    '/:collection/:id': { get: read(get), patch: write(update), put: write(replace), delete: write(remove) },
    '/:collection': { get: read(list), post: write(create), patch: write(updateMany), delete: write(removeMany) },
  })
}

/** `/api/batch` */
export const batchRoutes = (deps: RecordsDeps): Router =>
  routes({
    '/': {
      post: writes(deps)(async ({ req, operation, body }) => {
        parseQuery(req.target, [])
        return ok(await runBatch(operation, body))
      }),
    },
  })

interface Call {
  readonly req: HttpRequest
  readonly operation: Operation
  readonly collection: string
  readonly id: string
  /** The parsed body of a write; undefined where there is none. */
  readonly body: unknown
}

type Respond = (call: Call) => Promise<Answer>

const reads =
  (deps: RecordsDeps) =>
  (respond: Respond): Handler =>
  async (req, res) => {
    const operation = operationOf(deps, req.actor, req.requestId)
    send(res, await respond(callOf(req, operation, undefined)))
  }

const writes =
  (deps: RecordsDeps) =>
  (respond: Respond): Handler =>
  async (req, res) => {
    const body = req.method === 'DELETE' ? undefined : await readJson(req)
    const operation = operationOf(deps, req.actor, req.requestId)
    const key = idempotencyKey(req)
    const answer =
      key === null ? await respond(callOf(req, operation, body)) : await respondOnce(respond, req, operation, body, key)
    send(res, prefersMinimal(req) ? minimal(answer) : answer)
  }

function respondOnce(
  respond: Respond,
  req: HttpRequest,
  operation: Operation,
  body: unknown,
  key: string,
): Promise<Answer> {
  const text = JSON.stringify(body) ?? ''
  const network = networkKey(req.clientAddress)
  const request = { key, method: req.method ?? '', target: req.target, body: text, network }
  return onceForKey(operation, request, (inner) => respond(callOf(req, inner, body)), problemAnswer(req))
}

const callOf = (req: HttpRequest, operation: Operation, body: unknown): Call => ({
  req,
  operation,
  collection: req.params['collection'] ?? '',
  id: req.params['id'] ?? '',
  body,
})

function send(res: HttpResponse, { status, headers, body }: Answer): void {
  if (body === null) noContent(res, headers, status === 304 ? 304 : 204)
  else json(res, status, body, headers)
}

const get: Respond = async ({ req, operation, collection, id }) => {
  const record = await getRecord(operation, collection, id, parseQuery(req.target, ['select']))
  const etag = etagOf(record)
  return isKnown(req.headers['if-none-match'], etag)
    ? { status: 304, headers: { ETag: etag }, body: null }
    : ok(record.json, { ETag: etag })
}

const list: Respond = async ({ req, operation, collection }) => {
  const parameters = parseQuery(req.target, ['filter', 'sort', 'select', 'limit', 'after', 'page', 'count'])
  return ok(await listRecords(operation, collection, parameters, listOptions(parameters)))
}

const aggregate: Respond = async ({ req, operation, collection }) => {
  const allowed = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max', 'group', 'filter', 'limit', 'timezone']
  const parameters = parseQuery(req.target, allowed)
  const limit = wholeNumber(parameters, 'limit', 1, 10_000) ?? 1_000
  return ok(await aggregateRecords(operation, collection, parameters, limit, timeZoneOf(parameters)))
}

const create: Respond = async ({ req, operation, collection, body }) => {
  const select = parseQuery(req.target, ['select']).get('select')
  if (Array.isArray(body)) {
    return { status: 201, headers: {}, body: await createRecords(operation, collection, body, select) }
  }
  const record = await createRecord(operation, collection, body, select)
  const headers = { Location: `/api/records/${collection}/${record.id}`, ETag: etagOf(record) }
  return { status: 201, headers, body: record.json }
}

const update: Respond = async ({ req, operation, collection, id, body }) => {
  const parameters = parseQuery(req.target, ['select', 'ifRev'])
  const options = { select: parameters.get('select'), rev: expectedRevision(req, parameters) }
  const record = await updateRecord(operation, collection, id, body, options)
  return ok(record.json, { ETag: etagOf(record) })
}

const replace: Respond = async ({ req, operation, collection, id, body }) => {
  const parameters = parseQuery(req.target, ['select', 'ifRev'])
  const rev = expectedRevision(req, parameters)
  const options = { select: parameters.get('select'), rev, mustBe: expectedState(req) }
  const record = await replaceRecord(operation, collection, id, body, options)
  const headers = {
    ETag: etagOf(record),
    ...(record.created && { Location: `/api/records/${collection}/${record.id}` }),
  }
  return { status: record.created ? 201 : 200, headers, body: record.json }
}

const remove: Respond = async ({ req, operation, collection, id }) => {
  await deleteRecord(operation, collection, id, expectedRevision(req, parseQuery(req.target, ['ifRev'])))
  return noBody
}

const updateMany: Respond = async ({ req, operation, collection, body }) => {
  refuseRevision(req)
  const filter = parseQuery(req.target, ['filter']).get('filter')
  if (filter === undefined) throw errors.filterRequired()
  return ok(JSON.stringify({ count: await updateRecords(operation, collection, filter, body) }))
}

const removeMany: Respond = async ({ req, operation, collection }) => {
  refuseRevision(req)
  const filter = parseQuery(req.target, ['filter']).get('filter')
  if (filter === undefined) throw errors.filterRequired()
  return ok(JSON.stringify({ count: await deleteRecords(operation, collection, filter) }))
}

/** The revision of `If-Match` or `ifRev`; null where the caller expects none. RFC 9110, section 13.1.1. */
function expectedRevision(req: HttpRequest, parameters: ReadonlyMap<string, string>): string | null {
  const header = req.headers['if-match']
  const rev = parameters.get('ifRev')
  if (rev !== undefined && !/^\d{1,10}$/.test(rev))
    throw errors.invalidParameter({ name: 'ifRev', reason: 'a revision is a number.' })
  if (rev !== undefined && header !== undefined)
    throw errors.badRequest({ reason: 'Give If-Match or ifRev, not both.' })
  if (header === undefined || header.trim() === '*') return rev ?? null
  if (header.includes(',')) throw errors.badRequest({ reason: 'Give one ETag in If-Match: the one you read.' })
  // What is no revision of ours matches no record: 412, as for one that has passed.
  return revisionOfEtag(header.trim()) ?? '0'
}

/** `If-None-Match: *` and `If-Match: *`: whether a record may, or must, be there already. */
function expectedState(req: HttpRequest): 'there' | 'new' | null {
  if (req.headers['if-none-match']?.trim() === '*') return 'new'
  return req.headers['if-match']?.trim() === '*' ? 'there' : null
}

/** A header that a write would not heed must not look as if it had been. */
function refuseRevision(req: HttpRequest): void {
  if (req.headers['if-match'] === undefined) return
  throw errors.badRequest({ reason: 'If-Match is for one record; to write many, say which in the filter.' })
}

const prefersMinimal = (req: HttpRequest): boolean =>
  /(^|[\s,;])return=minimal($|[\s,;])/.test(String(req.headers['prefer'] ?? ''))

const minimal = (answer: Answer): Answer =>
  answer.status === 200 || answer.status === 201
    ? {
        ...answer,
        status: answer.status === 201 ? 201 : 204,
        headers: { ...answer.headers, 'Preference-Applied': 'return=minimal' },
        body: answer.status === 201 ? '' : null,
      }
    : answer
