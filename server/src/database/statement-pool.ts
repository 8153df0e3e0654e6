import { Problem } from '@plinth/schema'
import pg from 'pg'
import type { Pace, PoolLoad, Rows, Session, Statement } from './database.ts'
import { breaksConnection, isStalePreparation, toProblem } from './database-error.ts'
import { GroupedWrites, type Write, type WriterConnection } from './grouped-writes.ts'
import { Broken, runTransaction } from './run-transaction.ts'
import { isQuick, SharedConnection } from './shared-connection.ts'
import { StatementClient } from './statement-client.ts'
import { noRows, type Settle } from './text-query.ts'
import type { GroupFailure } from './write-group.ts'

/** How long a statement that failed in a group does not go into one. */
const aloneMs = 1000

type Release = (destroy?: boolean) => void
type Use = (error: Error | undefined, client: StatementClient | undefined, release: Release) => void

/** Somebody who needs a connection, … */
interface Waiter {
  readonly use: Use
  /** … or, for a quick statement, a share of one. */
  readonly quick: { readonly statement: Statement; readonly settle: Settle } | null
  /** What writes may have to wait until others have written, for as long as those take. */
  readonly isRead: boolean
}

/**
 * Connections that run statements. It sits on the path of every request, hence callbacks: one promise a statement, and
 * no listener or timer of its own. When all connections are in use, a quick read is sent behind other quick ones; any
 * other waits for a connection of its own, and while one waits nobody is sent ahead of it. Quick writes share commits.
 *
 * A part of the connections is for reads: writes that wait for a lock cannot take all of them.
 */
export class StatementPool implements Session {
  readonly #pool: pg.Pool
  readonly #timeoutSeconds: number
  readonly #clients = new WeakMap<pg.PoolClient, StatementClient>()
  readonly #shared = new Set<SharedConnection>()
  readonly #writes = new GroupedWrites((use) => this.#openWriter(use))
  /** In the order in which they came. */
  readonly #waiting: Waiter[] = []
  readonly #max: number
  readonly #maxWriting: number
  /** How many of those in use are for more than reads. */
  #writing = 0
  readonly #writingOn = new WeakSet<StatementClient>()
  /** How many connections are in use, or are being fetched for somebody. */
  #claimed = 0
  #drained: (() => void) | undefined

  constructor(settings: pg.ClientConfig, max: number) {
    this.#timeoutSeconds = Number(settings.statement_timeout) / 1000
    this.#max = max
    this.#maxWriting = max - Math.floor(max / 5)
    this.#pool = new pg.Pool({ ...poolSettings(settings), max })
    // Both report a connection that broke. Whoever is using it gets the error from its statement, and the pool opens
    // another; without listeners Node would end the process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => {
      this.#clients.set(client, new StatementClient(client))
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
      const { pace, record } = statement
      if (!isQuick(pace)) return this.#runOn(null, statement, settle)
      if (pace.kind === 'read') return this.#runOn('shared', statement, settle)
      if (record === undefined || (pace.alone ?? 0) > performance.now()) return this.#runOn(null, statement, settle)
      this.#writes.add({ statement, record, pace, settle })
    })
  }

  #runOn(quick: 'shared' | null, statement: Statement, settle: Settle): void {
    const use: Use = (error, client, release) => {
      if (client === undefined) return settle(error, noRows)
      const connection = new SharedConnection(client, release)
      if (quick) this.#shared.add(connection)
      else connection.close()
      this.#sendTo(connection, statement, settle)
      this.#feed(connection)
    }
    this.#enter({ use, quick: quick && { statement, settle }, isRead: isRead(statement) })
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const use: Use = (error, client, release) => {
        if (client === undefined) return reject(error && toProblem(error, this.#timeoutSeconds))
        runTransaction(client, this.#timeoutSeconds, work)
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
      this.#enter({ use, quick: null, isRead: false })
    })
  }

  load(): PoolLoad {
    const { totalCount, idleCount } = this.#pool
    return { open: totalCount, idle: idleCount, waiting: this.#waiting.length + this.#writes.waiting }
  }

  /** Waits for what runs, then ends all connections. */
  async close(): Promise<void> {
    if (this.#claimed > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    if (!this.#pool.ending) await this.#pool.end()
  }

  /** Lets somebody have a connection, or a share of one, or wait until it is their turn. */
  #enter(waiter: Waiter): void {
    if (this.#claimed < this.#max && this.#mayGo(waiter)) return this.#claim(waiter)
    const joined = waiter.quick && this.#nextInTurn() === undefined ? this.#freest() : undefined
    if (joined && waiter.quick) this.#sendTo(joined, waiter.quick.statement, waiter.quick.settle)
    else this.#waiting.push(waiter)
  }

  /** The connection that a quick read may join: the one with the fewest others. */
  #freest(): SharedConnection | undefined {
    const now = performance.now()
    let best: SharedConnection | undefined
    for (const each of this.#shared) {
      if (each.takes(now) && (best === undefined || each.running < best.running)) best = each
    }
    return best
  }

  /** Sends behind the others whoever is next in turn, as long as they may share it. */
  #feed(connection: SharedConnection): void {
    for (let next = this.#nextInTurn(); next?.quick; next = this.#nextInTurn()) {
      if (!connection.takes(performance.now())) return
      this.#leave(next)
      this.#sendTo(connection, next.quick.statement, next.quick.settle)
    }
  }

  /** Whether so few write that this one may have a connection. */
  #mayGo = ({ isRead: reads }: Waiter): boolean => reads || this.#writing < this.#maxWriting

  #nextInTurn(): Waiter | undefined {
    const [first] = this.#waiting
    return first === undefined || this.#mayGo(first) ? first : this.#waiting.find((each) => each.isRead)
  }

  #leave(waiter: Waiter): void {
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
  }

  #sendTo(connection: SharedConnection, statement: Statement, settle: Settle): void {
    const { client } = connection
    if (connection.begin(statement.maxBytes)) client.expect(statement.maxBytes)
    client.send(statement, (failure, rows) => {
      const { took, next } = connection.end(failure)
      if (next !== undefined) client.expect(next.maxBytes)
      if (failure === undefined) keepPace(statement.pace, took)
      if (client.isWorn) connection.close()
      this.#feed(connection)
      if (connection.running === 0) {
        this.#shared.delete(connection)
        this.#checkIn(client, connection.failure, connection.release)
      }
      const mayRepeat = statement.pace?.kind === 'read' && client.wasCut
      settle(mayRepeat && failure !== undefined && !(failure instanceof Problem) ? new CutOff() : failure, rows)
    })
  }

  #openWriter(use: (connection: WriterConnection | undefined) => void): void {
    this.#enter({
      quick: null,
      isRead: false,
      use: (error, client, release) => {
        if (client !== undefined) return use(this.#writerOn(client, release))
        use(undefined)
        this.#writes.fail(error ?? new Error('no connection'))
      },
    })
  }

  #writerOn(client: StatementClient, release: Release): WriterConnection {
    let broken: Error | undefined
    return {
      isAwaited: () => this.#waiting.length > 0,
      release: () => this.#checkIn(client, broken, release),
      write: (group, done) => {
        const began = performance.now()
        const statements = group.map(({ statement }) => statement)
        client.sendGroup(statements, (failure, rows) => {
          if (failure && breaksConnection(failure.error)) broken = failure.error
          done(broken === undefined && !client.isWorn)
          if (failure) return this.#afterFailure(client, group, failure)
          const took = (performance.now() - began) / group.length
          for (const [i, { pace, settle }] of group.entries()) {
            keepPace(pace, took)
            settle(undefined, rows[i] ?? noRows)
          }
        })
      },
    }
  }

  /**
   * None of a group was done, unless nobody can know since the connection was lost. Each tries again alone, which shows
   * whose failure it was, and whose it was not; and for a while nobody goes together with whoever failed.
   */
  #afterFailure(client: StatementClient, group: readonly Write[], { error, at }: GroupFailure): void {
    const failed = group[at]
    if (failed && group.length > 1) failed.pace.alone = performance.now() + aloneMs
    for (const { statement, settle } of group) {
      if (group.length > 1 && !breaksConnection(error)) this.#runOn(null, statement, settle)
      else settle(client.blamed(statement, error), noRows)
    }
  }

  #claim({ use, isRead: reads }: Waiter): void {
    this.#claimed++
    if (!reads) this.#writing++
    this.#pool.connect((error, client, release) => {
      const known = client && this.#clients.get(client)
      if (known) {
        if (!reads) this.#writingOn.add(known)
        return use(undefined, known, release)
      }
      if (!reads) this.#writing--
      this.#free()
      use(error ?? new Error('no connection'), undefined, release)
    })
  }

  #checkIn(client: StatementClient, failure: Error | undefined, release: Release): void {
    release(client.isWorn || (failure !== undefined && breaksConnection(failure)))
    if (this.#writingOn.delete(client)) this.#writing--
    this.#free()
  }

  #free(): void {
    this.#claimed--
    const next = this.#nextInTurn()
    if (next) {
      this.#leave(next)
      this.#claim(next)
    } else if (this.#claimed === 0) this.#drained?.()
  }
}

const isRead = ({ pace, text }: Statement): boolean => (pace ? pace.kind === 'read' : /^\s*select\b/i.test(text))

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
