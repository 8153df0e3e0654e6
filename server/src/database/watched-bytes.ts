import pg from 'pg'

/** What a connection has received for the statement that runs on it. */
export interface WatchedBytes {
  /** A statement begins, which may answer so many bytes. */
  expect(limit: number | undefined): void
  /** Whether the connection was cut because the limit was passed. */
  readonly exceeded: boolean
  /** True once: for the statement that did it. Those behind it on the same connection only suffer from it. */
  takeBlame(): boolean
}

/**
 * Cuts a connection that receives more than its statement may answer. It has to be this early: `pg` makes one string of
 * each value, and where that is longer than V8 allows (512 MB) it throws from within the socket, which ends the process.
 */
export function watchBytes(client: pg.PoolClient): WatchedBytes {
  let left = Number.POSITIVE_INFINITY
  let exceeded = false
  let blamed = false
  // The pool makes nothing else.
  const stream = client instanceof pg.Client ? client.connection.stream : undefined
  stream?.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left >= 0 || exceeded) return
    exceeded = true
    stream.destroy()
  })
  return {
    expect: (limit = Number.POSITIVE_INFINITY) => {
      left = limit
    },
    takeBlame: () => {
      const first = exceeded && !blamed
      blamed ||= exceeded
      return first
    },
    get exceeded() {
      return exceeded
    },
  }
}
