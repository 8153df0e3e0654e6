import { errors } from '@plinth/schema'
import { pathOf } from './http-request.ts'

const foreign = /[^\x21-\x7e]|#/

/**
 * The path and query of a request line, or a 400. After this, `decodeURIComponent` cannot fail on the path.
 * https://www.rfc-editor.org/rfc/rfc9112#name-request-target
 */
export function readTarget(url: string): string {
  if (foreign.test(url)) throw malformed('percent-encode everything in it that is not ASCII.')
  const target = url.startsWith('/') ? url : originForm(url)
  if (target.startsWith('//')) throw malformed('it starts with two slashes.')
  const path = pathOf(target)
  if (path.includes('%')) checkEncoding(path)
  return target
}

/** A server has to take `GET http://host/path` too: RFC 9112, section 3.2.2. */
function originForm(url: string): string {
  const absolute = URL.parse(url)
  if (absolute === null || !/^https?:$/.test(absolute.protocol)) throw malformed('write a path that starts with "/".')
  return absolute.pathname + absolute.search
}

function checkEncoding(path: string): void {
  if (/%00/.test(path)) throw malformed('it holds a NUL character.')
  try {
    decodeURIComponent(path)
  } catch (cause) {
    throw errors.badRequest(
      { reason: 'The address is malformed: a "%" in it is not followed by valid UTF-8.' },
      { cause },
    )
  }
}

const malformed = (reason: string) => errors.badRequest({ reason: `The address is malformed: ${reason}` })
