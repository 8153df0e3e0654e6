import { errors } from '@plinth/schema'
import pg from 'pg'
import { watchBytes, type WatchedBytes } from './watched-bytes.ts'
import type { PoolLoad, Rows, Session, Statement } from './database.ts'
import { breaksConnection, isStalePreparation, toProblem } from './database-error.ts'

/** PostgreSQL never forgets a prepared statement by itself, and each costs memory on every connection. */
const maxNamesPerConnection = 400

type Settle = (error: Error | undefined, rows: Rows) => void
type Release = (destroy?: boolean) => void

const noRows: Rows = []
const identity = (text: string): string => text
const textTypes = { getTypeParser: () => identity }

/**
 * Connections that run statements. It sits on the path of every request, hence callbacks: one promise a statement, and
 * no listener or timer of its own.
 */
export class StatementPool implements Session {
  readonly #pool: pg.Pool
  readonly #timeoutSeconds: number
  readonly #names = new WeakMap<pg.PoolClient, Set<string>>()
  readonly #stale = new WeakSet<pg.PoolClient>()
  readonly #bytes = new WeakMap<pg.PoolClient, WatchedBytes>()
  #running = 0
  #drained: (() => void) | undefined

  constructor(settings: pg.ClientConfig, max: number) {
    this.#timeoutSeconds = Number(settings.statement_timeout) / 1000
    this.#pool = new pg.Pool({ ...poolSettings(settings), max })
    // Both report a connection that broke. Whoever is using it gets the error from its statement, and the pool opens
    // another; without listeners Node would end the process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => {
      this.#names.set(client, new Set())
      this.#bytes.set(client, watchBytes(client))
      client.on('error', () => {})
    })
  }

  run(statement: Statement): Promise<Rows> {
    return new Promise((resolve, reject) => {
      this.#checkOut((error, client, release) => {
        if (client === undefined) return reject(error)
        this.#send(client, statement, (failure, rows) => {
          this.#checkIn(client, failure, release)
          if (failure === undefined) resolve(rows)
          else if (isStalePreparation(failure)) resolve(this.run({ text: statement.text, values: statement.values }))
          else reject(toProblem(failure, this.#timeoutSeconds))
        })
      })
    })
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#checkOut((error, client, release) => {
        if (client === undefined) return reject(error)
        this.#inTransaction(client, work)
          .then(
            (result) => {
              this.#checkIn(client, undefined, release)
              resolve(result)
            },
            (failure) => {
              this.#checkIn(client, failure instanceof Broken ? failure : undefined, release)
              reject(failure instanceof Broken ? failure.cause : failure)
            },
          )
          .catch(reject)
      })
    })
  }

  load(): PoolLoad {
    const { totalCount, idleCount, waitingCount } = this.#pool
    return { open: totalCount, idle: idleCount, waiting: waitingCount }
  }

  /** Waits for what runs, then ends all connections. */
  async close(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    if (!this.#pool.ending) await this.#pool.end()
  }

  async #inTransaction<T>(client: pg.PoolClient, work: (session: Session) => Promise<T>): Promise<T> {
    let open = true
    const session: Session = {
      run: (statement) => {
        if (!open) return Promise.reject(new Error('The transaction of this session has ended.'))
        return new Promise((resolve, reject) =>
          this.#send(client, statement, (error, rows) =>
            error === undefined ? resolve(rows) : reject(toProblem(error, this.#timeoutSeconds)),
          ),
        )
      },
    }
    try {
      await this.#control(client, 'begin')
      const result = await work(session)
      open = false
      // PostgreSQL answers a commit after a failed statement with ROLLBACK, and no error.
      if ((await this.#control(client, 'commit')) !== 'COMMIT') {
        throw new Error('A statement of the transaction failed, so it was rolled back.')
      }
      return result
    } catch (failure) {
      open = false
      await this.#rollBack(client, failure)
      throw failure
    }
  }

  /** A connection that cannot even roll back is broken: throws `failure` as such. */
  async #rollBack(client: pg.PoolClient, failure: unknown): Promise<void> {
    try {
      await client.query('rollback')
    } catch {
      throw new Broken('The connection is broken.', { cause: failure })
    }
  }

  async #control(client: pg.PoolClient, text: 'begin' | 'commit'): Promise<string> {
    try {
      return (await client.query(text)).command
    } catch (error) {
      throw error instanceof Error ? toProblem(error, this.#timeoutSeconds) : error
    }
  }

  #checkOut(use: (error: unknown, client: pg.PoolClient | undefined, release: Release) => void): void {
    this.#running++
    this.#pool.connect((error, client, release) => {
      if (client !== undefined) return use(undefined, client, release)
      this.#leave()
      use(toProblem(error ?? new Error('no connection'), this.#timeoutSeconds), undefined, release)
    })
  }

  #checkIn(client: pg.PoolClient, failure: Error | undefined, release: Release): void {
    const worn = this.#stale.has(client) || (this.#names.get(client)?.size ?? 0) > maxNamesPerConnection
    release(worn || (failure !== undefined && breaksConnection(failure)))
    this.#leave()
  }

  #leave(): void {
    this.#running--
    if (this.#running === 0) this.#drained?.()
  }

  #send(client: pg.PoolClient, { text, values, name, maxBytes }: Statement, settle: Settle): void {
    const bytes = this.#bytes.get(client)
    bytes?.expect(maxBytes)
    if (name !== undefined) this.#names.get(client)?.add(name)
    const query: pg.QueryArrayConfig & { queryMode: 'extended' } = {
      text,
      // `pg` only reads it.
      values: values as unknown[],
      // The empty name is PostgreSQL's own word for a statement that is not kept.
      name: name ?? '',
      rowMode: 'array',
      // Without it a statement that has no values and no name could hold several.
      queryMode: 'extended',
    }
    client.query(query, (error: Error | null, result: pg.QueryArrayResult<(string | null)[]>) => {
      if (!error) return settle(undefined, result.rows)
      if (bytes?.exceeded) return settle(errors.answerTooLarge({ limit: maxBytes ?? 0 }, { cause: error }), noRows)
      if (isStalePreparation(error)) this.#stale.add(client)
      settle(error, noRows)
    })
  }
}

/** Marks a connection that must not go back to the pool. */
class Broken extends Error {}

function poolSettings(settings: pg.ClientConfig): pg.PoolConfig {
  const { connectionTimeoutMillis, ...rest } = settings
  return {
    ...rest,
    types: textTypes,
    // A closing timer for each idle connection, and a waiting timer for each check-out, would be set on every statement.
    // Idle connections cost little, so none is closed, and the time limit for opening one is given to the client alone.
    idleTimeoutMillis: 0,
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionTimeoutMillis })
      }
    },
  }
}
