/** What every call takes. */
export interface CallOptions {
  /** Stops the call; it fails with the code `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds one try may take; 0 for as long as it takes. */
  readonly timeout?: number | undefined
  /** How often to try again where that is safe. */
  readonly retries?: number | undefined
}

type QueryValue = string | number | boolean | null | undefined

/** A call of any route. */
export interface RequestOptions extends CallOptions {
  /** Query parameters; those that are undefined or null are left out. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  /** Sent as JSON; text, bytes and forms are sent as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether it may be sent twice. By default that holds for GET and HEAD. */
  readonly repeatable?: boolean | undefined
  /** Sent with an `Idempotency-Key` of its own, so that it may be sent twice and is done once. */
  readonly keyed?: boolean | undefined
  /** Says who is asking; by default it does. */
  readonly signedIn?: boolean | undefined
}
