import { isUtf8 } from 'node:buffer'
import { errors, type Problem } from '@plinth/schema'
import { checkJsonValue } from '../records/check-json-value.ts'
import type { HttpRequest } from './http-request.ts'

export interface BodyOptions {
  /** Bytes; default is the request's own limit, which comes from the configuration. */
  readonly limit?: number
}

/** After a body that is too large was answered, so much more of it is taken in before the connection is cut. */
const patience = 16 * 1024 * 1024

/** @throws Problem unsupportedEncoding, bodyTooLarge */
export function checkSize(req: HttpRequest, limit: number): void {
  const encoding = req.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw errors.unsupportedEncoding()
  const length = req.headers['content-length']
  if (length !== undefined && Number(length) > limit) throw tooLarge(req, limit, 0)
}

const acceptedType = /^application\/(?:[\w.-]+\+)?json *(?:; *charset *= *"?utf-8"? *)?$/i

/**
 * Reads a JSON body. Compressed bodies are refused (a small one can unfold to a huge one); so is whatever PostgreSQL
 * cannot keep, such as NUL characters.
 */
export async function readJson(req: HttpRequest, { limit = req.bodyLimit }: BodyOptions = {}): Promise<unknown> {
  checkHeaders(req, limit)
  return parseJson(await readBytes(req, limit))
}

const formType = /^application\/x-www-form-urlencoded *(?:; *charset *= *"?utf-8"? *)?$/i

/** Reads what a browser posts from a form. */
export async function readForm(req: HttpRequest, limit: number): Promise<URLSearchParams> {
  checkHeaders(req, limit, formType, 'application/x-www-form-urlencoded')
  return new URLSearchParams((await readBytes(req, limit)).toString('utf8'))
}

function checkHeaders(req: HttpRequest, limit: number, type = acceptedType, name = 'application/json'): void {
  checkSize(req, limit)
  if (!type.test(req.headers['content-type'] ?? '')) throw errors.unsupportedMediaType({ type: name })
}

function readBytes(req: HttpRequest, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A connection that has broken already gives no more events.
    if (req.destroyed) return reject(errors.badRequest({ reason: 'The body ended too early.' }))
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        req.removeAllListeners('data')
        reject(tooLarge(req, limit, size))
      }
    })
    req.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    req.once('error', (cause) => reject(errors.badRequest({ reason: 'The body ended too early.' }, { cause })))
  })
}

function tooLarge(req: HttpRequest, limit: number, seen: number): Problem {
  dropRest(req, limit - seen + patience)
  return errors.bodyTooLarge({ limit })
}

/**
 * Closing at once would reset the connection while the caller still sends, and the answer would be lost. So the rest is
 * read and dropped, up to a point.
 *
 * @param most bytes
 */
export function dropRest(req: HttpRequest, most: number = patience): void {
  let left = most
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) req.destroy()
  })
  req.resume()
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw errors.invalidJson({ reason: 'it is not UTF-8.' })
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    checkJsonValue(value, text)
    return value
  } catch (cause) {
    if (cause instanceof SyntaxError) throw errors.invalidJson({ reason: syntaxReason(cause, text) }, { cause })
    throw cause
  }
}

// V8 writes either where it stopped or a piece of the text; the piece adds nothing for who has just sent it.
function syntaxReason({ message }: SyntaxError, text: string): string {
  if (text.trim() === '') return 'it is empty.'
  return `${message.replace(/, (?:\.\.\.)?".*" is not valid JSON$/s, '').replace(/ in JSON at /, ' at ')}.`
}
