import pg from 'pg'
import type { Rows } from './database.ts'
import { muting, TextQuery, type TextQueryConfig } from './text-query.ts'

/** Gets the rows of each statement, or why none of them was done. Must not throw. */
export type SettleGroup = (failure: GroupFailure | undefined, rows: readonly Rows[]) => void

export interface GroupFailure {
  readonly error: Error
  /** Which statement failed; as many as there are when it was the commit. */
  readonly at: number
}

/** Who waits for a lock makes all others of the group wait, and holds what they have locked. */
const lockTimeout: TextQueryConfig = {
  name: 'plinth_lock_timeout',
  text: `select pg_catalog.set_config('lock_timeout', '100ms', true)`,
  values: [],
}

/**
 * Several statements that are one transaction, sent at once. PostgreSQL begins it with the first of them, and commits it
 * at the one `Sync` behind the last; where one fails it skips the others, and none is done.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class WriteGroup extends pg.Query {
  // `pg` notes that the statement of this name is prepared: the one whose answer is awaited. Its types leave them out.
  declare name: string
  declare text: string
  declare queryMode: 'extended'
  readonly #members: readonly TextQuery[]
  readonly #rows: Rows[] = []
  readonly #ahead: number
  readonly #settle: SettleGroup
  #at = 0

  constructor(statements: readonly TextQueryConfig[], settle: SettleGroup) {
    super('')
    this.queryMode = 'extended'
    const ahead = statements.length > 1 ? [lockTimeout] : []
    this.#ahead = ahead.length
    this.#members = [...ahead, ...statements].map(
      (statement) => new TextQuery(statement, (_, rows) => this.#rows.push(rows)),
    )
    this.#settle = settle
    this.#await(0)
  }

  // The methods by which `pg` sends it, and hands over what PostgreSQL answers.

  prepare(connection: pg.Connection): void {
    const unsynced = withoutSync(connection)
    for (const member of this.#members) member.prepare(unsynced)
    connection.sync()
  }

  handleDataRow(message: { readonly fields: (string | null)[] }): void {
    this.#members[this.#at]?.handleDataRow(message)
  }

  handleCommandComplete(): void {
    this.#members[this.#at]?.handleReadyForQuery()
    this.#await(this.#at + 1)
  }

  handleReadyForQuery(): void {
    this.#settle(undefined, this.#rows.slice(this.#ahead))
  }

  handleError(error: Error, connection: pg.Connection): void {
    // What follows was skipped, its preparation as well.
    for (const { name } of this.#members.slice(this.#at)) forget(connection, name)
    this.#settle({ error, at: this.#at - this.#ahead }, [])
  }

  #await(at: number): void {
    this.#at = at
    this.name = this.#members[at]?.name ?? ''
    this.text = this.#members[at]?.text ?? ''
  }
}

const withoutSync = muting({ sync: () => {} })

const forget = (connection: pg.Connection & Partial<Submitted>, name: string | undefined): void => {
  if (name) delete connection.submittedNamedStatements?.[name]
}

interface Submitted {
  readonly submittedNamedStatements: Record<string, string>
}
