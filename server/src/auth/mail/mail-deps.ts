import type { Database } from '../../database/database.ts'

/** What writing a mail needs. */
export interface MailDeps {
  readonly database: Database
  /** Where people reach this Plinth. All links begin with it; what a request says about that is never believed. */
  readonly publicUrl: () => string
  /** Wakes whoever sends: after the commit of what was written. It is only a hint. */
  readonly wake: () => void
}
