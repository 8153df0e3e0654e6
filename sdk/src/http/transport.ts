import { PlinthError } from '../plinth-error.ts'
import { addressOf } from './address.ts'
import { pause } from './pause.ts'
import { readJson } from './read-json.ts'
import { readProblem } from './read-problem.ts'
import type { RequestOptions } from './request-options.ts'
import { delayBefore, isPassing } from './retry.ts'

/** Says who is asking. */
export interface Credentials {
  /** The token to send; null for a guest, or where cookies say it. */
  token(): Promise<string | null>
  /** After a refusal of this token: whether there is a new one, so that the request is worth sending again. */
  renew(refused: string | null): Promise<boolean>
}

export interface TransportOptions {
  readonly url: string
  readonly fetch: typeof fetch
  readonly timeout: number
  readonly retries: number
  readonly headers: Readonly<Record<string, string>>
  /** Whether cookies of another origin go along. */
  readonly cookies: boolean
}

/** The longest time that a timer takes, in milliseconds: 25 days. */
const longest = 2 ** 31 - 1

/** Sends requests: time limits, tries again where that is safe, and says who is asking. */
export interface Transport {
  /** @throws PlinthError for every answer that is none of 2xx, and where there is none */
  send(method: string, path: string, options?: RequestOptions): Promise<Response>
  /** The same, and reads the JSON of the answer; undefined where there is none. */
  json(method: string, path: string, options?: RequestOptions): Promise<unknown>
  /** The same, and has the answer read as the caller says: what goes wrong meanwhile belongs to the request. */
  read<T>(method: string, path: string, options: RequestOptions, read: (response: Response) => Promise<T>): Promise<T>
}

export function createTransport(settings: TransportOptions, credentials: () => Credentials): Transport {
  const timeLimit = ({ timeout = settings.timeout }: RequestOptions): number => (timeout > 0 ? timeout : longest)
  const attempt = async <T>(
    method: string,
    path: string,
    options: RequestOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> => {
    let key = options.keyed === true ? newKey() : null
    const repeatable = key !== null || (options.repeatable ?? (method === 'GET' || method === 'HEAD'))
    const retries = repeatable ? (options.retries ?? settings.retries) : 0
    const since = Date.now()
    for (let tries = 0; ; tries += 1) {
      try {
        return await sendAsUser(method, path, options, key, read)
      } catch (error) {
        if (!(error instanceof PlinthError) || tries >= retries || !isPassing(error)) throw error
        // The refusal is kept under the old key, and nothing was done under it.
        if (error.code === 'conflict' && key !== null) key = newKey()
        const isOffline = error.code === 'offline' && !navigator.onLine
        const wait = isOffline ? since + timeLimit(options) - Date.now() : delayBefore(tries, error.retryAfter)
        await pause(wait, options.signal)
        // Being offline costs no try, but for those who waited in vain.
        if (isOffline && !navigator.onLine && options.signal?.aborted !== true) throw error
        if (isOffline) tries -= 1
      }
    }
  }

  /** With the token that counts now; where it is refused, there is one more try with a new one. */
  const sendAsUser = async <T>(
    method: string,
    path: string,
    options: RequestOptions,
    key: string | null,
    read: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const once = (token: string | null) =>
      sendOnce(settings, method, path, options, headersOf(settings, options, token, key), timeLimit(options), read)
    if (options.signedIn === false) return once(null)
    const token = await credentials().token()
    try {
      return await once(token)
    } catch (error) {
      // Other refusals with 401 are of a password or a code, and each try of those counts.
      const isWorn = error instanceof PlinthError && error.code === 'invalidToken'
      if (!isWorn || !(await credentials().renew(token))) throw error
      return once(await credentials().token())
    }
  }

  return {
    send: (method, path, options = {}) => attempt(method, path, options, async (response) => response),
    json: (method, path, options = {}) => attempt(method, path, options, readJson),
    read: attempt,
  }
}

function headersOf(
  settings: TransportOptions,
  { headers, body }: RequestOptions,
  token: string | null,
  key: string | null,
): Record<string, string> {
  return {
    ...(isJson(body) && { 'Content-Type': 'application/json' }),
    ...settings.headers,
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(key !== null && { 'Idempotency-Key': key }),
    ...headers,
  }
}

/** Pages without https have no `crypto.randomUUID`. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Bodies that `fetch` knows how to send are left to it. */
const isJson = (body: unknown): boolean =>
  body !== undefined &&
  typeof body !== 'string' &&
  !(
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof ReadableStream ||
    body instanceof URLSearchParams
  ) &&
  !(body instanceof ArrayBuffer || ArrayBuffer.isView(body))

async function sendOnce<T>(
  settings: TransportOptions,
  method: string,
  path: string,
  options: RequestOptions,
  headers: Record<string, string>,
  milliseconds: number,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { body, signal, query } = options
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), milliseconds)
  try {
    const response = await settings.fetch(addressOf(settings.url, path, query), {
      method,
      headers,
      signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
      ...(settings.cookies && { credentials: 'include' }),
      // What is no JSON is one of the bodies that fetch takes: `isJson` saw to it.
      ...(body !== undefined && { body: isJson(body) ? JSON.stringify(body) : (body as BodyInit) }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    })
    if (!response.ok) throw await readProblem(response)
    return await read(response)
  } catch (error) {
    throw error instanceof PlinthError ? error : withoutAnswer(error, signal, limit.signal, milliseconds)
  } finally {
    clearTimeout(timer)
  }
}

function withoutAnswer(
  cause: unknown,
  signal: AbortSignal | undefined,
  limit: AbortSignal,
  timeout: number,
): PlinthError {
  if (signal?.aborted === true)
    return new PlinthError(0, 'aborted', 'The request was stopped by its caller.', { cause })
  if (limit.aborted) return new PlinthError(0, 'timeout', `There was no answer within ${timeout / 1000} s.`, { cause })
  // Only "false" is to be relied on: "true" says that there is a network, not that it leads anywhere.
  if (globalThis.navigator?.onLine === false) return new PlinthError(0, 'offline', 'This device is offline.', { cause })
  return new PlinthError(0, 'network', 'The server cannot be reached.', { cause })
}
