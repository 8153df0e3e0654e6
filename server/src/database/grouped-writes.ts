import type { Pace, Statement } from './database.ts'
import { patienceMs } from './shared-connection.ts'
import type { Settle } from './text-query.ts'

/** How many connections write groups at a time. With fewer there is more to put into one commit. */
const maxWriters = 2
const maxGroup = 16

/** A statement that writes one record, … */
export interface Write {
  readonly statement: Statement
  /** … this one, among all records of all collections. */
  readonly record: string
  readonly pace: Pace
  readonly settle: Settle
}

/** A connection that is a writer's for as long as it writes. */
export interface WriterConnection {
  /** Writes all or none; calls back whether to go on, just before each write is told what became of it. */
  write(group: readonly Write[], done: (goesOn: boolean) => void): void
  /** Whether somebody else waits for a connection. */
  isAwaited(): boolean
  release(): void
}

/** Gets a connection to write on, or none: whoever waited was then told why. */
type Open = (use: (connection: WriterConnection | undefined) => void) => void

interface Writer {
  /** When it sent what it waits for; infinite while it waits for its connection. */
  since: number
}

/**
 * Writes that wait while others are being written, and then share a transaction: what a commit costs is paid once. A write
 * that finds a writer free is sent at once, alone.
 *
 * Two writes to one record never share a transaction, or the first would be answered with a revision that is the
 * second's as well. In a group they come in the order of their records, so that groups do not wait for each other in a circle.
 */
export class GroupedWrites {
  readonly #open: Open
  #queue: Write[] = []
  readonly #writers = new Set<Writer>()
  /** The records that are being written. */
  readonly #records = new Set<string>()
  #growsLater = false

  constructor(open: Open) {
    this.#open = open
  }

  get waiting(): number {
    return this.#queue.length
  }

  add(write: Write): void {
    this.#queue.push(write)
    this.#grow()
  }

  /** Tells all that wait. */
  fail(error: Error): void {
    for (const { settle } of this.#queue.splice(0)) settle(error, [])
  }

  /** One more writer, where there is something to do for it. */
  #grow(): void {
    if (!this.#queue.some((write) => this.#isFree(write))) return
    if (this.#isFull()) {
      this.#growLater()
      return
    }
    const writer: Writer = { since: Number.POSITIVE_INFINITY }
    this.#writers.add(writer)
    this.#open((connection) => {
      if (connection) this.#writeNext(writer, connection)
      else this.#writers.delete(writer)
    })
  }

  /** All writers may be held up, and nobody else may come. */
  #growLater(): void {
    if (this.#growsLater) return
    this.#growsLater = true
    setTimeout(() => {
      this.#growsLater = false
      this.#grow()
    }, patienceMs).unref()
  }

  #writeNext(writer: Writer, connection: WriterConnection): void {
    const group = this.#take()
    if (group.length === 0) return this.#end(writer, connection)
    writer.since = performance.now()
    for (const { record } of group) this.#records.add(record)
    connection.write(group, (goesOn) => {
      for (const { record } of group) this.#records.delete(record)
      if (goesOn && !connection.isAwaited()) this.#writeNext(writer, connection)
      else this.#end(writer, connection)
    })
  }

  #end(writer: Writer, connection: WriterConnection): void {
    this.#writers.delete(writer)
    connection.release()
    this.#grow()
  }

  /** The oldest that may be written together. */
  #take(): readonly Write[] {
    const group = new Map<string, Write>()
    this.#queue = this.#queue.filter((write) => {
      if (group.size === maxGroup || group.has(write.record) || !this.#isFree(write)) return true
      group.set(write.record, write)
      return false
    })
    return [...group.values()].toSorted((a, b) => (a.record < b.record ? -1 : 1))
  }

  #isFree = ({ record }: Write): boolean => !this.#records.has(record)

  /** A writer that takes too long is being held up by somebody, and others need not wait for it. */
  #isFull(): boolean {
    const recently = performance.now() - patienceMs
    let busy = 0
    for (const { since } of this.#writers) if (since > recently) busy += 1
    return busy >= maxWriters
  }
}
