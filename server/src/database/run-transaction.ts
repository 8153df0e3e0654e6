import type { Session } from './database.ts'
import { toProblem } from './database-error.ts'
import type { StatementClient } from './statement-client.ts'

/** Runs `work` in one transaction; rolls back when it throws. Throws `Broken` when the connection cannot even do that. */
export async function runTransaction<T>(
  client: StatementClient,
  timeoutSeconds: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  let open = true
  const session: Session = {
    run: (statement) => {
      if (!open) return Promise.reject(new Error('The transaction of this session has ended.'))
      client.expect(statement.maxBytes)
      return new Promise((resolve, reject) =>
        client.send(statement, (error, rows) =>
          error === undefined ? resolve(rows) : reject(toProblem(error, timeoutSeconds)),
        ),
      )
    },
  }
  const control = (text: 'begin' | 'commit'): Promise<string> =>
    client.control(text).catch((error: unknown) => {
      throw error instanceof Error ? toProblem(error, timeoutSeconds) : error
    })
  try {
    await control('begin')
    const result = await work(session)
    open = false
    // PostgreSQL answers a commit after a failed statement with ROLLBACK, and no error.
    if ((await control('commit')) !== 'COMMIT') {
      throw new Error('A statement of the transaction failed, so it was rolled back.')
    }
    return result
  } catch (failure) {
    open = false
    await client.control('rollback').catch(() => {
      throw new Broken('The connection is broken.', { cause: failure })
    })
    throw failure
  }
}

/** Marks a connection that must not go back to the pool. Its cause is why the transaction failed. */
export class Broken extends Error {}
