import { errors, type Problem } from '@plinth/schema'
import type { Answer } from '../records/answer.ts'
import { problemText } from './answers.ts'
import type { HttpRequest } from './http-request.ts'

/** The key of a write that may be sent again; null without one. @throws Problem badRequest */
export function idempotencyKey(req: HttpRequest): string | null {
  const header = req.headers['idempotency-key']
  if (header === undefined) return null
  const key = String(header).trim()
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw errors.badRequest({ reason: 'An Idempotency-Key has 1 to 255 visible characters.' })
  return key
}

/** A problem as the answer that is kept for a retry. */
export const problemAnswer =
  (req: HttpRequest) =>
  (problem: Problem): Answer => ({
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
    body: problemText(problem, req.requestId),
  })
