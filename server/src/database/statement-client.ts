import { errors } from '@plinth/schema'
import type pg from 'pg'
import type { Statement } from './database.ts'
import { isAnswerTooLarge, isStalePreparation } from './database-error.ts'
import { maxAnswerBytes } from './max-answer-bytes.ts'
import { noRows, type Settle, TextQuery, type TextQueryConfig } from './text-query.ts'
import { watchBytes, type WatchedBytes } from './watched-bytes.ts'
import { type SettleGroup, WriteGroup } from './write-group.ts'

/**
 * PostgreSQL never forgets a prepared statement by itself, and each costs memory on every connection: some fifty bytes for
 * each character of its text.
 */
const maxNames = 400
const maxCharacters = 2_000_000

/** One connection, for as long as it lives: what was prepared on it, and how much its statements may answer. */
export class StatementClient {
  readonly #client: pg.PoolClient
  readonly #names = new Set<string>()
  /** The length of the statements of these names. */
  #characters = 0
  readonly #bytes: WatchedBytes
  #stale = false

  constructor(client: pg.PoolClient) {
    this.#client = client
    this.#bytes = watchBytes(client)
  }

  /** Whether it had better be closed when nobody uses it any more. */
  get isWorn(): boolean {
    return this.#stale || this.#names.size > maxNames || this.#characters > maxCharacters
  }

  /** Whether it was cut, since a statement answered too much. */
  get wasCut(): boolean {
    return this.#bytes.exceeded
  }

  /** What comes from now on may be so many bytes. */
  expect(maxBytes: number | undefined): void {
    this.#bytes.expect(maxBytes)
  }

  send(statement: Statement, settle: Settle): void {
    const query = new TextQuery(this.#noted(statement), (error, rows) => {
      if (error === undefined) return settle(undefined, rows)
      this.#note(error)
      settle(this.blamed(statement, error), noRows)
    })
    this.#client.query(query)
  }

  /** Sends statements that are one transaction. */
  sendGroup(statements: readonly Statement[], settle: SettleGroup): void {
    this.#bytes.expect(statements.reduce((sum, { maxBytes = Number.POSITIVE_INFINITY }) => sum + maxBytes, 0))
    const noted = statements.map((statement) => this.#noted(statement))
    const group = new WriteGroup(noted, (failure, rows) => {
      if (failure) this.#note(failure.error)
      settle(failure, rows)
    })
    this.#client.query(group)
  }

  /** `begin`, `commit` and `rollback`: answers what PostgreSQL says that it did. */
  async control(text: 'begin' | 'commit' | 'rollback'): Promise<string> {
    return (await this.#client.query(text)).command
  }

  /** The error, or the statement's own fault where it answered too much, for which it or the connection was cut. */
  blamed({ maxBytes = maxAnswerBytes }: Statement, error: Error): Error {
    const isTooLarge = this.#bytes.takeBlame() || isAnswerTooLarge(error)
    return isTooLarge ? errors.answerTooLarge({ limit: maxBytes }, { cause: error }) : error
  }

  #noted({ text, values, name = '' }: Statement): TextQueryConfig {
    if (name !== '' && !this.#names.has(name)) {
      this.#names.add(name)
      this.#characters += text.length
    }
    return { text, values, name }
  }

  #note(error: Error): void {
    this.#stale ||= isStalePreparation(error)
  }
}
