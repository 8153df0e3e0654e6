import type { Connection } from '../connection.ts'
import type { Member } from './member.ts'

/** The members on this copy of the server, by channel and by connection. */
export class Members {
  readonly #byChannel = new Map<string, Set<Member>>()
  readonly #byConnection = new Map<Connection, Map<string, Member>>()

  get channels(): Iterable<string> {
    return this.#byChannel.keys()
  }

  get channelCount(): number {
    return this.#byChannel.size
  }

  get memberCount(): number {
    let count = 0
    for (const members of this.#byChannel.values()) count += members.size
    return count
  }

  of(channel: string): readonly Member[] {
    return [...(this.#byChannel.get(channel) ?? [])]
  }

  all(): readonly Member[] {
    return [...this.#byChannel.values()].flatMap((members) => [...members])
  }

  find(connection: Connection, channel: string): Member | undefined {
    return this.#byConnection.get(connection)?.get(channel)
  }

  ofConnection(connection: Connection): readonly Member[] {
    return [...(this.#byConnection.get(connection)?.values() ?? [])]
  }

  isKnown(connection: Connection): boolean {
    return this.#byConnection.has(connection)
  }

  add(member: Member): void {
    const { connection, channel } = member
    this.#byChannel.set(channel, (this.#byChannel.get(channel) ?? new Set()).add(member))
    this.#byConnection.set(connection, (this.#byConnection.get(connection) ?? new Map()).set(channel, member))
  }

  /** The connection stays known until it is closed, so that nobody listens to it twice. */
  remove(member: Member): void {
    const { connection, channel } = member
    const members = this.#byChannel.get(channel)
    members?.delete(member)
    if (members?.size === 0) this.#byChannel.delete(channel)
    const own = this.#byConnection.get(connection)
    if (own?.get(channel) === member) own.delete(channel)
  }

  forget(connection: Connection): void {
    this.#byConnection.delete(connection)
  }
}
