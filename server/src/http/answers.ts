import { errors, type Problem } from '@plinth/schema'
import { type HttpResponse, isSafe } from './http-request.ts'

type Headers = Readonly<Record<string, string>>

// Written once: helmet computes its headers anew for each answer, which is too slow for JSON. Nothing in a JSON answer
// may load, run or be framed, whatever a browser makes of it.
const SECURITY = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy',
  'no-referrer',
]
const JSON_TYPE = 'application/json; charset=utf-8'
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

// Every answer may depend on who asks, so shared caches must not keep it; a browser may, if it asks again with its ETag.
const CACHE_CONTROL = 'private, no-cache'

/** For answers that carry a secret. */
export const NO_STORE: Headers = { 'Cache-Control': 'no-store' }

/**
 * Answers finished JSON text. `headers` go out besides the usual ones, or in their place.
 *
 * @throws Problem tooManyLargeAnswers
 */
export function json(res: HttpResponse, status: number, text: string, headers?: Headers): void {
  if (res.req.unsent?.admit(res, text.length) === false) {
    if (isSafe(res.req)) throw errors.tooManyLargeAnswers()
    // What it did is done. No answer at all says the truth about that: who sends it again with its key gets one.
    return void res.destroy()
  }
  answerText(res, status, JSON_TYPE, text, headers)
}

/** Answers without a body: 204, or 304. */
export function noContent(res: HttpResponse, headers?: Headers, status: 204 | 304 = 204): void {
  res.writeHead(status, ['X-Request-Id', res.req.requestId, ...SECURITY, ...pairs(headers)])
  res.end()
}

/** Begins an answer whose text comes in pieces. */
export function beginText(res: HttpResponse, status: number, type: string, headers?: Headers): void {
  res.writeHead(status, [
    'Content-Type',
    type,
    'Cache-Control',
    CACHE_CONTROL,
    'X-Request-Id',
    res.req.requestId,
    ...SECURITY,
    ...pairs(headers),
  ])
}

/** Sends a browser elsewhere, by a GET whatever it has sent. The caller has made sure of where. */
export function seeOther(res: HttpResponse, location: string): void {
  res.writeHead(303, [
    'Location',
    location,
    'X-Request-Id',
    res.req.requestId,
    'Cache-Control',
    'no-store',
    ...SECURITY,
  ])
  res.end()
}

/** Answers OPTIONS. */
export function answerAllow(res: HttpResponse, allowed: string): void {
  noContent(res, { Allow: allowed })
}

/** Answers an RFC 9457 problem. The one place where an error becomes HTTP. */
export function problem(res: HttpResponse, error: Problem, requestId: string): void {
  answerText(res, error.status, PROBLEM_TYPE, problemText(error, requestId), problemHeaders(error))
}

/** The body of a problem answer. */
export function problemText(error: Problem, requestId: string): string {
  const { status, code, message: title, errors: faults, extra } = error
  const type = `urn:plinth:error:${code}`
  return JSON.stringify({
    type,
    title,
    status,
    code,
    ...(faults.length > 0 && { errors: faults }),
    ...extra,
    requestId,
  })
}

/** What RFC 9110 wants besides the body: how to sign in, what is allowed, when to come again. */
function problemHeaders({ status, extra }: Problem): Headers {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' }
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="plinth"'
  if (status === 405 && Array.isArray(extra.allowed)) headers.Allow = extra.allowed.join(', ')
  if (typeof extra.retryAfter === 'number') headers['Retry-After'] = String(extra.retryAfter)
  else if (status === 503) headers['Retry-After'] = '1'
  return headers
}

function answerText(res: HttpResponse, status: number, type: string, text: string, headers?: Headers): void {
  res.writeHead(status, [
    'Content-Type',
    headers?.['Content-Type'] ?? type,
    'Content-Length',
    String(Buffer.byteLength(text)),
    'Cache-Control',
    headers?.['Cache-Control'] ?? CACHE_CONTROL,
    'X-Request-Id',
    res.req.requestId,
    ...SECURITY,
    ...pairs(headers),
  ])
  res.end(text)
}

const OVERRIDDEN: ReadonlySet<string> = new Set(['Content-Type', 'Cache-Control'])

function pairs(headers: Headers | undefined): readonly string[] {
  if (headers === undefined) return []
  return Object.entries(headers).flatMap(([name, value]) => (OVERRIDDEN.has(name) ? [] : [name, value]))
}
