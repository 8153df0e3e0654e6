import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import type { Connection } from '../connection.ts'
import type { Admission } from '../subscriptions/admission.ts'
import type { ChannelRights, RightsAsk } from './channel-rights.ts'
import { type ChannelText, messageText, presenceByUser, textsOf } from './channel-texts.ts'
import type { ChannelTransport, Delivery } from './channel-transport.ts'
import { Member } from './member.ts'
import { Members } from './members.ts'
import { Rechecks } from './rechecks.ts'

export interface ChannelLimits {
  readonly channelsPerSocket: number
  /** Bytes of a message's payload as JSON. */
  readonly payloadBytes: number
  /** How many of those who are present somebody who joins is shown. */
  readonly membersShown: number
}

export interface HubOptions extends ChannelLimits {
  readonly read: (asks: readonly RightsAsk[]) => Promise<readonly ChannelRights[]>
  /** @throws Problem channelNotFound */
  readonly readToJoin: (ask: RightsAsk) => Promise<ChannelRights>
  /** Joining takes a few statements; when everybody comes again at once, requests want some of the pool as well. */
  readonly admission: Admission
  /** Opened when somebody joins for the first time. */
  readonly transport: () => Promise<ChannelTransport>
  readonly onError: (error: unknown) => void
}

/** Why a member is told to join again. */
type RejoinReason = 'slow' | 'missed' | 'signedIn' | 'rights'

const mostStateBytes = 8_192
const rejoinSpreadMs = 2_000

/** The channels that connections of this copy have joined, and what goes on in them. */
export class ChannelHub {
  readonly members = new Members()
  readonly #options: HubOptions
  readonly #rechecks: Rechecks

  constructor(options: HubOptions) {
    this.#options = options
    this.#rechecks = new Rechecks({ check: (members) => this.#recheck(members), onError: options.onError })
  }

  /** @throws Problem channelNotFound, tooManyChannels */
  async join(connection: Connection, channel: string, last: number): Promise<object> {
    const before = this.members.find(connection, channel)
    if (before !== undefined) this.#remove(before)
    const { channelsPerSocket } = this.#options
    if (this.members.ofConnection(connection).length >= channelsPerSocket)
      throw errors.tooManyChannels({ limit: channelsPerSocket })
    this.#follow(connection)
    // It is a member at once, and what comes from now on waits for it: nothing falls between its answer and that.
    const member = new Member(connection, channel)
    this.members.add(member)
    try {
      return await this.#options.admission.enter(() => this.#admit(member, last), connection.closed)
    } catch (error) {
      this.#remove(member)
      throw error
    } finally {
      member.settle()
    }
  }

  leave(connection: Connection, channel: string): void {
    const member = this.members.find(connection, channel)
    if (member !== undefined) this.#remove(member)
  }

  /** Resolves when the message is certain to reach all members. @throws Problem notJoined, forbiddenInChannel, payloadTooLarge */
  async broadcast(
    connection: Connection,
    channel: string,
    { event, payload, echo }: { readonly event: string; readonly payload: unknown; readonly echo: boolean },
  ): Promise<void> {
    const { member, rights, transport } = await this.#actingMember(connection, channel)
    if (!rights.broadcast) throw errors.forbiddenInChannel({ action: 'send messages', channel })
    const { id, user } = member
    await transport.publish({
      kind: 'broadcast',
      channel,
      member: id,
      user,
      event,
      payload: jsonWithin(payload, this.#options.payloadBytes),
      echo,
      keep: rights.match?.channel.replay ?? 0,
    })
  }

  /** Shows the member with this state, or no more. @throws Problem notJoined, forbiddenInChannel, payloadTooLarge */
  async present(connection: Connection, channel: string, state: object | null): Promise<void> {
    const { member, rights, transport } = await this.#actingMember(connection, channel)
    if (!rights.presence) throw errors.forbiddenInChannel({ action: 'be present', channel })
    const text = state === null ? null : jsonWithin(state, Math.min(mostStateBytes, this.#options.payloadBytes))
    if (text === null && member.state === null) return
    const kind = text === null ? 'leave' : member.state === null ? 'join' : 'update'
    member.state = text
    await transport.publish({ kind, channel, member: member.id, user: member.user, state: text })
  }

  deliver(deliveries: readonly Delivery[]): void {
    for (const [channel, own] of Map.groupBy(deliveries, ({ event }) => event.channel)) {
      const members = this.members.of(channel)
      if (members.length === 0) continue
      const texts = textsOf(channel, own)
      for (const member of members) this.#deliverTo(member, own, texts)
    }
  }

  /** Whoever is in a channel that this holds for is asked about anew. */
  mark(concerns: (channel: string) => boolean): void {
    for (const channel of this.members.channels) if (concerns(channel)) this.#rechecks.mark(this.members.of(channel))
  }

  /** Members may have missed something. */
  missed(): void {
    for (const member of this.members.all()) this.#rejoin(member, 'missed')
  }

  close(): Promise<void> {
    return this.#rechecks.close()
  }

  async #admit(member: Member, last: number): Promise<object> {
    const { channel, connection } = member
    const rights = await this.#options.readToJoin({ actor: connection.actor, channel })
    // A recheck may have been quicker, and knows better.
    member.rights ??= rights
    const { match, presence } = member.rights
    const transport = await this.#options.transport()
    const { place, replayed } = await transport.enter(channel, Math.min(last, match?.channel.replay ?? 0))
    member.place = place
    // After the place was taken: who comes in between is told twice rather than never.
    const present = presence ? await transport.present(channel, this.#options.membersShown) : null
    if (member.gone) throw errors.channelNotFound({ channel })
    // The answer goes out first.
    setImmediate(() => this.#sendWaiting(member))
    return {
      channel,
      member: member.id,
      ...(present !== null && { present: present.count, members: presenceByUser(present.shown) }),
      ...(last > 0 && { replay: replayed.flatMap(kept) }),
    }
  }

  /** What goes wrong with one member keeps nothing from the others. */
  #deliverTo(member: Member, deliveries: readonly Delivery[], texts: readonly ChannelText[]): void {
    try {
      if (member.waiting === null) this.#sendNew(member, deliveries, texts)
      else member.waiting.push(...deliveries)
    } catch (error) {
      this.#options.onError(error)
      this.#rejoin(member, 'missed')
    }
  }

  #sendWaiting(member: Member): void {
    const waiting = member.waiting ?? []
    member.waiting = null
    this.#deliverTo(member, waiting, textsOf(member.channel, waiting))
  }

  /** Sends what a member's answer has not covered: this copy may read late what was there when it joined. */
  #sendNew(member: Member, deliveries: readonly Delivery[], texts: readonly ChannelText[]): void {
    const unseen = deliveries.filter((delivery) => member.place?.covers(delivery) !== true)
    if (unseen.length === 0) return
    this.#send(member, unseen.length === deliveries.length ? texts : textsOf(member.channel, unseen))
  }

  #send(member: Member, texts: readonly ChannelText[]): void {
    for (const { name, text, except } of texts) {
      if (member.gone) return
      if (except === member.id || (name === 'presence' && member.rights?.presence !== true)) continue
      if (!member.connection.send(name, text)) this.#rejoin(member, 'slow')
    }
  }

  /** The member in whose name a connection wants to do something. What it sends while it joins waits until it has. */
  async #actingMember(connection: Connection, channel: string) {
    const member = this.members.find(connection, channel)
    if (member === undefined) throw errors.notJoined({ channel })
    if (connection.actor.viewedBy !== undefined) throw errors.viewOnly()
    if (member.waiting !== null) await member.settled
    const transport = await this.#options.transport()
    const { rights } = member
    if (member.gone || rights === null) throw errors.notJoined({ channel })
    return { member, rights, transport }
  }

  #follow(connection: Connection): void {
    if (this.members.isKnown(connection)) return
    const stop = connection.onActorChanged((actor) => this.#actorChanged(connection, actor))
    const end = () => {
      stop()
      for (const member of this.members.ofConnection(connection)) this.#remove(member)
      this.members.forget(connection)
    }
    connection.closed.addEventListener('abort', end, { once: true })
  }

  /** A membership is one user's: another one joins for themselves. */
  #actorChanged(connection: Connection, actor: Actor): void {
    const members = this.members.ofConnection(connection)
    for (const member of members) if (member.user !== actor.userId) this.#rejoin(member, 'signedIn')
    this.#rechecks.mark(members)
  }

  async #recheck(members: readonly Member[]): Promise<void> {
    const asks = members.map(({ connection: { actor }, channel }) => ({ actor, channel }))
    const rights = await this.#options.read(asks)
    members.forEach((member, i) => {
      const now = rights[i]
      // Who has become another actor meanwhile is marked again.
      if (now !== undefined && !member.gone && member.connection.actor === asks[i]?.actor) this.#apply(member, now)
    })
  }

  #apply(member: Member, rights: ChannelRights): void {
    const before = member.rights
    member.rights = rights
    if (!rights.join) this.#remove(member, 'left', { reason: 'forbidden' })
    // What it knows of others came from a right that it has no more, or lacks what it may now see.
    else if (before !== null && before.presence !== rights.presence) this.#rejoin(member, 'rights')
  }

  /** Where all have to at the same moment, each is told another moment to do so. */
  #rejoin(member: Member, reason: RejoinReason): void {
    const afterMs = reason === 'missed' ? Math.round(Math.random() * rejoinSpreadMs) : 0
    this.#remove(member, 'rejoin', { reason, afterMs })
  }

  #remove(member: Member, told?: 'left' | 'rejoin', why: object = {}): void {
    if (member.gone) return
    member.gone = true
    this.members.remove(member)
    const { channel, id, user, connection } = member
    if (member.state !== null) {
      member.state = null
      this.#options
        .transport()
        .then((transport) => transport.publish({ kind: 'leave', channel, member: id, user, state: null }))
        .catch(this.#options.onError)
    }
    if (told !== undefined && !connection.closed.aborted) connection.notify(told, { channel, ...why })
  }
}

const kept = ({ event, at }: Delivery): readonly unknown[] =>
  // This server wrote it as JSON.
  event.kind === 'broadcast' ? [JSON.parse(messageText(event, at).text)] : []

/** @throws Problem payloadTooLarge */
function jsonWithin(value: unknown, limit: number): string {
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) > limit) throw errors.payloadTooLarge({ limit })
  return text
}
