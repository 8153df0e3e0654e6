import { type Fault, PlinthError } from '../plinth-error.ts'

type Members = Readonly<Record<string, unknown>>

/** Makes the error of an answer that is none of 2xx: an RFC 9457 problem, or whatever a proxy in between wrote. */
export async function readProblem(response: Response): Promise<PlinthError> {
  return problemOf(response.status, membersOf(await response.text().catch(() => '')), response.headers)
}

/** Makes the error of a problem, with what the headers of its answer add where there are any. */
export function problemOf(status: number, members: Members, headers?: Headers): PlinthError {
  const { type: _, status: __, title, code, errors, requestId, ...details } = members
  return new PlinthError(status, textOr(code, `http${status}`), textOr(title, `The server answered ${status}.`), {
    // The server's problems have this shape; where there are none, there is no list either.
    errors: Array.isArray(errors) ? (errors as readonly Fault[]) : [],
    requestId: typeof requestId === 'string' ? requestId : (headers?.get('x-request-id') ?? null),
    retryAfter: secondsOf(headers?.get('retry-after') ?? numberText(members['retryAfter'])),
    details,
  })
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

/** Over a socket there are no headers. */
const numberText = (value: unknown): string | null => (typeof value === 'number' ? String(value) : null)

function membersOf(text: string): Members {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function secondsOf(header: string | null): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header)) return Number(header)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}
