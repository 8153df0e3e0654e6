import { memberOf } from '@plinth/schema'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable } from '../terminal/printable.ts'

/**
 * Goes where it is sent and no further: a redirect would take passwords and tokens along to wherever it leads.
 *
 * @throws CliError that says where nobody answers, or names the other address
 */
export const directFetch: typeof fetch = async (input, init) => {
  const asked = originOf(String(input))
  const response = await fetch(input, { ...init, ...followingNothing(init?.body) }).catch((cause: unknown) => {
    throw init?.signal?.aborted === true ? cause : unreachable(asked, cause)
  })
  const target = response.headers.get('location')
  if (response.status < 300 || response.status === 304 || response.status > 399 || target === null) return response
  throw new CliError(
    `${asked} sends on to ${printable(originOf(target, asked))}, which is not followed. If that is your server, say so with --url or PLINTH_URL.`,
  )
}

/**
 * For a redirect, Node keeps what a stream has sent in memory, all of it; unless none is followed, and there is no window
 * that it could be sent from: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (clone of the request).
 */
const followingNothing = (body: unknown): RequestInit =>
  body instanceof ReadableStream ? { redirect: 'error', window: null } : { redirect: 'manual' }

const originOf = (address: string, base?: string): string => URL.parse(address, base)?.origin ?? address

const unreachable = (asked: string, cause: unknown): CliError =>
  new CliError(
    `Plinth does not answer at ${asked}${reasonOf(cause)}. Start it with "plinth start", or say where it is with --url or PLINTH_URL.`,
    exitCodes.unreachable,
    { cause, details: { code: 'network', status: 0 } },
  )

/** What the system says: `ECONNREFUSED`, or that a certificate is not trusted. */
function reasonOf(error: unknown): string {
  const cause = memberOf(error, 'cause')
  const reason = memberOf(cause, 'code') ?? memberOf(cause, 'message')
  return typeof reason === 'string' ? ` (${printable(reason)})` : ''
}
