/** One fault in what was sent: where it is, a stable code, and a sentence that says how to mend it. */
export interface Fault {
  /** A JSON pointer into the body (`/title`), or the name of a query parameter. */
  readonly path: string
  readonly code: string
  readonly message: string
}

/** What went wrong before there was an answer: `network`, `offline`, `timeout`, or `aborted` by the caller. */
export type LocalCode = 'network' | 'offline' | 'timeout' | 'aborted' | 'unexpectedAnswer'

export interface PlinthErrorDetails {
  readonly errors?: readonly Fault[] | undefined
  readonly requestId?: string | null
  readonly retryAfter?: number | null
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The one class of errors that the client throws. Rely on `code`, which never changes; `message` is for people.
 *
 * @example
 * try {
 *   await db.posts.create({ title: '' })
 * } catch (error) {
 *   if (error instanceof PlinthError && error.code === 'invalidBody') show(error.errors)
 *   else throw error
 * }
 */
export class PlinthError extends Error {
  override readonly name: string = 'PlinthError'
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number
  readonly code: string
  readonly errors: readonly Fault[]
  /** By which the server's log names this request; null where there was no answer. */
  readonly requestId: string | null
  /** After how many seconds to try again, where the server said so. */
  readonly retryAfter: number | null
  /** Further members of the problem, such as `operation` of a batch or `changed` of a record. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, message: string, details: PlinthErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.status = status
    this.code = code
    this.errors = details.errors ?? []
    this.requestId = details.requestId ?? null
    this.retryAfter = details.retryAfter ?? null
    this.details = details.details ?? {}
  }
}
