import type { Arrival } from '../auth/by-mail/by-mail-deps.ts'
import { originOf } from './answer-signed-in.ts'
import type { HttpRequest } from './http-request.ts'

/** Where a request comes from, and which one it is, for sessions, events and the change log. */
export const arrivalOf = (req: HttpRequest): Arrival => ({ ...originOf(req), requestId: req.requestId })
