import { type Change, parseChangeRecord } from '../../changes/change.ts'
import type { WireRecord } from '../predicate/predicate-input.ts'
import { memberTexts } from './member-texts.ts'

/** A record as the log has it; taken apart only when somebody wants to know, and then once for all. */
export class LoggedRecord {
  readonly text: string
  #values: WireRecord | undefined
  #members: ReadonlyMap<string, string> | undefined

  constructor(text: string) {
    this.text = text
  }

  /** Its values, for predicates. */
  get values(): WireRecord {
    return (this.#values ??= parseChangeRecord(this.text))
  }

  /** The JSON texts of its values. */
  get members(): ReadonlyMap<string, string> {
    return (this.#members ??= memberTexts(this.text))
  }
}

/** A change of the log, its records ready to be judged. */
export interface LoggedChange {
  readonly collection: string
  readonly id: string
  readonly op: Change['op']
  readonly before: LoggedRecord | null
  readonly after: LoggedRecord | null
  /** When its statement began: what `@now` means to rules and filters about it, on every copy and after every resume. */
  readonly at: Date
}

export const loggedChange = ({ collection, record, op, before, after, at }: Change): LoggedChange => ({
  collection,
  id: record,
  op,
  before: before === null ? null : new LoggedRecord(before),
  after: after === null ? null : new LoggedRecord(after),
  at: new Date(at),
})
