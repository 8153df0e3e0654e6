import { Problem } from '@plinth/schema'
import { type Actor, anonymous } from '../../access/actor.ts'
import type { Connection } from '../connection.ts'
import { endOf, type SignIn } from './credential.ts'
import type { SocketConnection } from './socket-connection.ts'

/** Why the actor of a connection is another now. */
type Reason = 'signedIn' | 'changed' | 'ended'

interface Identity {
  readonly connection: SocketConnection
  credential: string | undefined
  /** Milliseconds since 1970. */
  endsAt: number | null
  checkedAt: number
}

const lookEveryMs = 400
/** Whatever else may end a sign-in is found out within this. */
const checkEveryMs = 60_000

/**
 * Keeps each connection's actor true. What may end or change a sign-in is looked for as a whole: sessions that were ended,
 * tokens that expire, keys in use, users that were changed. Only who is concerned is then looked up anew, so ten thousand
 * idle connections cost one small statement at a time.
 */
export class Identities {
  readonly #signIn: SignIn
  readonly #all = new Map<Connection, Identity>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | null = null

  constructor(signIn: SignIn) {
    this.#signIn = signIn
    this.#timer = setInterval(() => this.#startLook(), lookEveryMs).unref()
  }

  add(connection: SocketConnection, credential: string | undefined): void {
    this.#all.set(connection, { connection, credential, endsAt: endOf(credential), checkedAt: Date.now() })
    connection.closed.addEventListener('abort', () => this.#all.delete(connection), { once: true })
  }

  /** Somebody else asks over this connection from now on. @throws Problem invalidToken, and nothing has changed then */
  async authenticate(connection: Connection, credential: string | undefined): Promise<Actor> {
    const actor = await this.#signIn.authenticate(credential)
    const identity = this.#all.get(connection)
    if (identity === undefined) return actor
    Object.assign(identity, { credential, endsAt: endOf(credential), checkedAt: Date.now() })
    change(identity.connection, actor, 'signedIn')
    return actor
  }

  /** These users were changed: they may have other roles, or be gone. */
  async usersChanged(ids: ReadonlySet<string>): Promise<void> {
    const concerned = [...this.#all.values()].filter(
      ({ connection: { actor } }) =>
        (actor.userId !== null && ids.has(actor.userId)) ||
        (actor.id !== null && ids.has(actor.id)) ||
        isViewer(actor, ids),
    )
    await this.#check(concerned)
  }

  /** Who has such roles may have lost the sign-in: a new schema asks more of them. */
  async rolesChanged(concerns: (roles: readonly string[]) => boolean): Promise<void> {
    const concerned = [...this.#all.values()].filter(({ connection: { actor } }) => concerns(actor.roles))
    await this.#check(concerned)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  #startLook(): void {
    if (this.#all.size === 0) return
    // The database cannot be reached: nothing can be read over these connections either, and the next look comes soon.
    this.#looking ??= this.#look()
      .catch(() => {})
      .finally(() => {
        this.#looking = null
      })
  }

  async #look(): Promise<void> {
    const ended = new Set(await this.#signIn.endedSessions())
    const now = Date.now()
    const concerned = [...this.#all.values()].filter(
      ({ connection: { actor }, endsAt, checkedAt }) =>
        (endsAt !== null && endsAt <= now) ||
        (actor.sessionId !== undefined && ended.has(actor.sessionId)) ||
        actor.kind === 'key' ||
        (actor.kind !== 'anonymous' && checkedAt + checkEveryMs <= now),
    )
    await this.#check(concerned)
  }

  /** Asks once for all who have the same credential: thousands may have one key. */
  async #check(identities: readonly Identity[]): Promise<void> {
    const byCredential = Map.groupBy(identities, ({ credential }) => credential)
    await Promise.all([...byCredential].map(([credential, each]) => this.#checkCredential(credential, each)))
  }

  async #checkCredential(credential: string | undefined, identities: readonly Identity[]): Promise<void> {
    const sessions = identities.flatMap(({ connection: { actor } }) => actor.sessionId ?? [])
    if (sessions.length > 0) this.#signIn.forgetSessions([...new Set(sessions)])
    const actor = await this.#currentActor(credential)
    if (actor === null) return
    for (const identity of identities) {
      // Meanwhile somebody else may have signed in over this connection.
      if (identity.credential === credential) follow(identity, actor)
    }
  }

  /** Anonymous when the sign-in has ended, or needs a second factor first; null when that cannot be told right now. */
  async #currentActor(credential: string | undefined): Promise<Actor | null> {
    try {
      return await this.#signIn.authenticate(credential)
    } catch (error) {
      return error instanceof Problem && error.status < 500 ? anonymous : null
    }
  }
}

/** Makes a connection true to who its credential stands for now. */
function follow(identity: Identity, actor: Actor): void {
  const { connection } = identity
  identity.checkedAt = Date.now()
  if (actor.kind === 'anonymous' && connection.actor.kind !== 'anonymous') {
    Object.assign(identity, { credential: undefined, endsAt: null })
    change(connection, actor, 'ended')
  } else if (!isSame(actor, connection.actor)) change(connection, actor, 'changed')
}

function change(connection: SocketConnection, actor: Actor, reason: Reason): void {
  const { kind, id, roles } = actor
  connection.notify('actor', { kind, id, roles, reason })
  connection.setActor(actor)
}

const isViewer = ({ viewedBy }: Actor, ids: ReadonlySet<string>): boolean => viewedBy !== undefined && ids.has(viewedBy)

const isSame = (one: Actor, other: Actor): boolean =>
  one === other ||
  (one.kind === other.kind &&
    one.id === other.id &&
    one.userId === other.userId &&
    one.viewedBy === other.viewedBy &&
    one.verified === other.verified &&
    one.roles.length === other.roles.length &&
    one.roles.every((role, i) => role === other.roles[i]))
