import type { ChannelEvent, Delivery, Place, Presence } from '../channel-transport.ts'

/** The fields of an event in a stream. */
export type Entry = Readonly<Record<string, string>>

export interface StreamMessage {
  readonly id: string
  readonly message: Entry
}

export const entryOf = (copy: string, event: ChannelEvent): Record<string, string> => ({
  copy,
  kind: event.kind,
  channel: event.channel,
  member: event.member,
  user: event.user ?? '',
  ...(event.kind === 'broadcast'
    ? { event: event.event, payload: event.payload, echo: event.echo ? '1' : '', keep: String(event.keep) }
    : { ...(event.state !== null && { state: event.state }) }),
})

/** An event as this server, or another copy of it, has written it. */
export function deliveryOf({ id, message }: StreamMessage): Delivery {
  const { kind, channel = '', member = '', user = '' } = message
  const origin = { channel, member, user: user === '' ? null : user }
  const { event = '', payload = 'null', echo = '', keep = '0', state = null } = message
  return {
    written: numberOf(id),
    at: timeOf(id),
    event:
      kind === 'broadcast'
        ? { kind, ...origin, event, payload, echo: echo !== '', keep: Number(keep) }
        : { kind: kind === 'join' || kind === 'update' ? kind : 'leave', ...origin, state },
  }
}

/** Ids of a stream rise: milliseconds, and a number within them. https://redis.io/docs/latest/develop/data-types/streams/ */
export function numberOf(id: string): bigint {
  const [milliseconds = '0', place = '0'] = id.split('-')
  return (BigInt(milliseconds) << 64n) + BigInt(place)
}

export const timeOf = (id: string): string => new Date(Number(id.split('-')[0])).toISOString().replace('Z', '+00:00')

/** All up to the latest event of a stream. */
export function placeAt(id: string): Place {
  const end = numberOf(id)
  return { covers: ({ written }) => written <= end }
}

/** Somebody who is present, as the hash of a channel has it. */
export const presenceText = (user: string | null, state: string, since: number): string =>
  JSON.stringify({ user, state, since })

/** Those who have been there longest. */
export function presencesOf(entries: Readonly<Record<string, string>>, limit: number): readonly Presence[] {
  return Object.entries(entries)
    .map(([member, text]) => ({ member, ...parsePresence(text) }))
    .toSorted((one, other) => one.since - other.since)
    .slice(0, limit)
    .map(({ member, user, state }) => ({ member, user, state }))
}

// `presenceText` wrote it.
const parsePresence = (text: string) =>
  JSON.parse(text) as { readonly user: string | null; readonly state: string; readonly since: number }
