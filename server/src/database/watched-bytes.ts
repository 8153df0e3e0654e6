import pg from 'pg'

/** What a connection has received for the statement that runs on it. */
export interface WatchedBytes {
  /** A statement begins, which may answer so many bytes. */
  expect(limit: number | undefined): void
  /** Whether the connection was cut because the limit was passed. */
  readonly exceeded: boolean
}

/**
 * Cuts a connection that receives more than its statement may answer. It has to be this early: `pg` makes one string of
 * each value, and where that is longer than V8 allows (512 MB) it throws from within the socket, which ends the process.
 */
export function watchBytes(client: pg.PoolClient): WatchedBytes {
  let left = Number.POSITIVE_INFINITY
  let exceeded = false
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
    get exceeded() {
      return exceeded
    },
  }
}
