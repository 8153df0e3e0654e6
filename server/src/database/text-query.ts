import pg from 'pg'
import type { Rows } from './database.ts'

export interface TextQueryConfig {
  readonly text: string
  readonly values: readonly unknown[]
  /** Empty for a statement that is not kept: PostgreSQL's own word for it. */
  readonly name: string
}

/** Gets the rows, or why there are none. Must not throw. */
export type Settle = (error: Error | undefined, rows: Rows) => void

type Texts = (string | null)[]

/**
 * A query whose rows stay as PostgreSQL sent them. `pg` would ask for a description of each answer, convert every value
 * by it and put the result together, which takes longer than many a statement itself.
 */
export class TextQuery extends pg.Query {
  // Set by `pg`, whose types leave them out.
  declare readonly text: string
  declare name: string
  declare queryMode: 'extended'
  readonly #settle: Settle
  readonly #rows: Texts[] = []

  constructor({ text, values, name }: TextQueryConfig, settle: Settle) {
    // Given as one object, `pg` would first copy it, property by property.
    super(text, values as unknown[])
    this.name = name
    // Otherwise a statement that has no values and no name could hold several.
    this.queryMode = 'extended'
    this.#settle = settle
  }

  // The methods by which `pg` hands over what PostgreSQL answers; its types leave them out.

  prepare(connection: pg.Connection): void {
    base.prepare.call(this, withoutDescribe(connection))
  }

  handleDataRow({ fields }: { readonly fields: Texts }): void {
    this.#rows.push(fields)
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#settle(undefined, this.#rows)
  }

  handleError(error: Error): void {
    this.#settle(error, noRows)
  }
}

export const noRows: Rows = []

// What the types leave out is there all the same; the tests of this class would tell.
const base = pg.Query.prototype as unknown as { prepare(this: pg.Query, connection: pg.Connection): void }

/** The same connection, which does not ask what the columns of an answer are. */
const withoutDescribe = muting({ describe: () => {} })

/** The same connection, on which some messages are not sent. */
export function muting(muted: Readonly<Record<string, () => void>>): (connection: pg.Connection) => pg.Connection {
  const known = new WeakMap<pg.Connection, pg.Connection>()
  return (connection) => {
    const before = known.get(connection)
    if (before) return before
    const made: pg.Connection = Object.assign(Object.create(connection), muted)
    known.set(connection, made)
    return made
  }
}
