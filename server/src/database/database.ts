import type { Knex } from 'knex'

/** A statement ready to run: PostgreSQL's `$1, $2, …` with their values. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /** Statements that come again are prepared under a name; the database bounds how many a connection keeps. */
  readonly name?: string | undefined
  /** How many bytes it may answer; past that it is stopped, and is a problem. */
  readonly maxBytes?: number
  /** Only for statements that nobody runs while holding a transaction open: they may wait for each other. */
  readonly pace?: Pace | undefined
  /** The one record that it writes, among those of all collections. Writes of different records may share a transaction. */
  readonly record?: string | undefined
}

/**
 * How long a statement takes, as measured. Those that are known to be quick may share a connection: reads when all are in
 * use, and writes a transaction with other writes that came at the same time. The pool keeps it up to date.
 */
export interface Pace {
  readonly kind: 'read' | 'write'
  /** Milliseconds, on average; null before the first time. */
  ms: number | null
  /** Until when (`performance.now()`) it shares no transaction, since it failed in one. */
  alone?: number
}

/** Rows as arrays of PostgreSQL's text, in column order (no value is converted: JSON text passes through as it is). */
export type Rows = readonly (readonly (string | null)[])[]

/** One connection, or the pool: whatever can run a statement. */
export interface Session {
  run(statement: Statement): Promise<Rows>
}

/** How busy the pool is right now. */
export interface PoolLoad {
  readonly open: number
  readonly idle: number
  /** Statements that wait for a connection. */
  readonly waiting: number
}

/** The database as the rest of the server sees it. */
export interface Database extends Session {
  /** Runs `work` in one transaction on one connection; rolls back when it throws. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** For schema changes and system tables only; shares the same pool settings. */
  readonly knex: Knex
  /** The server's version as PostgreSQL counts it, for example 180004. */
  readonly serverVersion: number
  load(): PoolLoad
  /**
   * Calls `onNotice` with the payload of each notice (`pg_notify`), and with '' whenever some may have been missed. Only a
   * hint: it may be lost. Answers how to stop that.
   */
  listen(channel: string, onNotice: (payload: string) => void): () => void
  /** Ends all connections; waits for what runs. */
  close(): Promise<void>
}
