import { errors, Problem } from '@plinth/schema'
import pg from 'pg'
import { watchBytes, type WatchedBytes } from './watched-bytes.ts'
import type { Pace, PoolLoad, Rows, Session, Statement } from './database.ts'
import { breaksConnection, isStalePreparation, toProblem } from './database-error.ts'
import { isQuick, SharedConnection } from './shared-connection.ts'
import { noRows, type Settle, TextQuery } from './text-query.ts'

/** PostgreSQL never forgets a prepared statement by itself, and each costs memory on every connection. */
const maxNamesPerConnection = 400

type Release = (destroy?: boolean) => void
type Use = (error: unknown, client: pg.PoolClient | undefined, release: Release) => void

/** Somebody who needs a connection, … */
interface Waiter {
  readonly use: Use
  /** … or, for a quick statement, a share of one. */
  readonly quick: { readonly kind: Pace['kind']; readonly statement: Statement; readonly settle: Settle } | null
}

/**
 * Connections that run statements. It sits on the path of every request, hence callbacks: one promise a statement, and
 * no listener or timer of its own. When all connections are in use, a quick statement is sent behind other quick ones;
 * any other waits for a connection of its own, and while one waits nobody is sent ahead of it.
 */
export class StatementPool implements Session {
  readonly #pool: pg.Pool
  readonly #timeoutSeconds: number
  readonly #names = new WeakMap<pg.PoolClient, Set<string>>()
  readonly #stale = new WeakSet<pg.PoolClient>()
  readonly #bytes = new WeakMap<pg.PoolClient, WatchedBytes>()
  readonly #shared = new Set<SharedConnection>()
  /** In the order in which they came. */
  readonly #waiting: Waiter[] = []
  readonly #max: number
  /** How many connections are in use, or are being fetched for somebody. */
  #claimed = 0
  #drained: (() => void) | undefined

  constructor(settings: pg.ClientConfig, max: number) {
    this.#timeoutSeconds = Number(settings.statement_timeout) / 1000
    this.#max = max
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
      const settle: Settle = (failure, rows) => {
        if (failure === undefined) resolve(rows)
        else if (isStalePreparation(failure) || failure instanceof CutOff) resolve(this.run(onItsOwn(statement)))
        else reject(toProblem(failure, this.#timeoutSeconds))
      }
      const kind = isQuick(statement.pace) ? statement.pace.kind : null
      const use: Use = (error, client, release) => {
        if (client === undefined) return reject(error)
        const connection = new SharedConnection(client, release, kind)
        if (kind !== null) this.#shared.add(connection)
        this.#sendTo(connection, statement, settle)
        this.#feed(connection)
      }
      this.#enter({ use, quick: kind && { kind, statement, settle } })
    })
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const use: Use = (error, client, release) => {
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
      }
      this.#enter({ use, quick: null })
    })
  }

  load(): PoolLoad {
    const { totalCount, idleCount } = this.#pool
    return { open: totalCount, idle: idleCount, waiting: this.#waiting.length }
  }

  /** Waits for what runs, then ends all connections. */
  async close(): Promise<void> {
    if (this.#claimed > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    if (!this.#pool.ending) await this.#pool.end()
  }

  /** Lets somebody have a connection, or a share of one, or wait until it is their turn. */
  #enter(waiter: Waiter): void {
    if (this.#claimed < this.#max) return this.#claim(waiter)
    const joined = waiter.quick && this.#waiting.length === 0 ? this.#sharedBy(waiter.quick.kind) : undefined
    if (joined && waiter.quick) this.#sendTo(joined, waiter.quick.statement, waiter.quick.settle)
    else this.#waiting.push(waiter)
  }

  /** The connection that a quick statement may join: the one with the fewest others. */
  #sharedBy(kind: Pace['kind']): SharedConnection | undefined {
    const now = performance.now()
    let best: SharedConnection | undefined
    for (const each of this.#shared) {
      if (each.takes(kind, now) && (best === undefined || each.running < best.running)) best = each
    }
    return best
  }

  /** Sends behind the others whoever is next in turn, as long as they may share it. */
  #feed(connection: SharedConnection): void {
    for (let quick = this.#waiting[0]?.quick; quick; quick = this.#waiting[0]?.quick) {
      if (!connection.takes(quick.kind, performance.now())) return
      this.#waiting.shift()
      this.#sendTo(connection, quick.statement, quick.settle)
    }
  }

  #sendTo(connection: SharedConnection, statement: Statement, settle: Settle): void {
    const { client } = connection
    if (connection.begin(statement.maxBytes)) this.#bytes.get(client)?.expect(statement.maxBytes)
    this.#send(client, statement, (failure, rows) => {
      const { took, next } = connection.end(failure)
      if (next !== undefined) this.#bytes.get(client)?.expect(next.maxBytes)
      if (failure === undefined) keepPace(statement.pace, took)
      if (this.#isWorn(client)) connection.close()
      this.#feed(connection)
      if (connection.running === 0) {
        this.#shared.delete(connection)
        this.#checkIn(client, connection.failure, connection.release)
      }
      const mayRepeat = connection.kind === 'read' && this.#bytes.get(client)?.exceeded === true
      settle(mayRepeat && failure !== undefined && !(failure instanceof Problem) ? new CutOff() : failure, rows)
    })
  }

  async #inTransaction<T>(client: pg.PoolClient, work: (session: Session) => Promise<T>): Promise<T> {
    let open = true
    const session: Session = {
      run: (statement) => {
        if (!open) return Promise.reject(new Error('The transaction of this session has ended.'))
        this.#bytes.get(client)?.expect(statement.maxBytes)
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

  #claim({ use }: Waiter): void {
    this.#claimed++
    this.#pool.connect((error, client, release) => {
      if (client !== undefined) return use(undefined, client, release)
      this.#free()
      use(toProblem(error ?? new Error('no connection'), this.#timeoutSeconds), undefined, release)
    })
  }

  #checkIn(client: pg.PoolClient, failure: Error | undefined, release: Release): void {
    release(this.#isWorn(client) || (failure !== undefined && breaksConnection(failure)))
    this.#free()
  }

  #isWorn(client: pg.PoolClient): boolean {
    return this.#stale.has(client) || (this.#names.get(client)?.size ?? 0) > maxNamesPerConnection
  }

  #free(): void {
    this.#claimed--
    const next = this.#waiting.shift()
    if (next) this.#claim(next)
    else if (this.#claimed === 0) this.#drained?.()
  }

  #send(client: pg.PoolClient, { text, values, name, maxBytes }: Statement, settle: Settle): void {
    const bytes = this.#bytes.get(client)
    if (name !== undefined) this.#names.get(client)?.add(name)
    const query = new TextQuery({ text, values, name: name ?? '' }, (error, rows) => {
      if (error === undefined) return settle(undefined, rows)
      if (bytes?.takeBlame()) return settle(errors.answerTooLarge({ limit: maxBytes ?? 0 }, { cause: error }), noRows)
      if (isStalePreparation(error)) this.#stale.add(client)
      settle(error, noRows)
    })
    client.query(query)
  }
}

/** Ends a read whose connection was cut because of the one ahead of it. */
class CutOff extends Error {}

const onItsOwn = ({ text, values, maxBytes }: Statement): Statement => ({
  text,
  values,
  ...(maxBytes === undefined ? {} : { maxBytes }),
})

function keepPace(pace: Pace | undefined, took: number): void {
  if (pace) pace.ms = pace.ms === null ? took : pace.ms * 0.9 + took * 0.1
}

/** Marks a connection that must not go back to the pool. */
class Broken extends Error {}

function poolSettings(settings: pg.ClientConfig): pg.PoolConfig {
  const { connectionTimeoutMillis, ...rest } = settings
  return {
    ...rest,
    pipeline: true,
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
