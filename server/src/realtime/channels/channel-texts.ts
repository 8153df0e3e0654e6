import { JsonText } from '../json-text.ts'
import type { BroadcastEvent, Delivery, Presence, PresenceEvent } from './channel-transport.ts'

/** What a member sends away, with who gets it. */
export interface ChannelText {
  readonly name: 'broadcast' | 'presence'
  readonly text: JsonText
  /** The member that does not get it: its sender. */
  readonly except: string | null
}

/**
 * What the members of a channel are told of some events: each message by itself, and all comings and goings together, with
 * what holds in the end. Made once for all members.
 */
export function textsOf(channel: string, deliveries: readonly Delivery[]): readonly ChannelText[] {
  const messages: ChannelText[] = []
  const changes = new Map<string, PresenceEvent>()
  for (const { event, at } of deliveries) {
    if (event.kind === 'broadcast')
      messages.push({ name: 'broadcast', text: messageText(event, at), except: event.echo ? null : event.member })
    else changes.set(event.member, merged(changes.get(event.member), event))
  }
  if (changes.size === 0) return messages
  return [...messages, { name: 'presence', text: presenceText(channel, [...changes.values()]), except: null }]
}

/** Who came and changed has come; whoever went and came back is told as coming, which says the same. */
const merged = (before: PresenceEvent | undefined, event: PresenceEvent): PresenceEvent =>
  before?.kind === 'join' && event.kind === 'update' ? { ...event, kind: 'join' } : event

/** A message as members get it. */
export const messageText = ({ channel, event, payload, user, member }: BroadcastEvent, at: string): JsonText =>
  new JsonText(
    `{"channel":${JSON.stringify(channel)},"event":${JSON.stringify(event)},"payload":${payload},` +
      `"user":${JSON.stringify(user)},"member":"${member}","at":"${at}"}`,
  )

function presenceText(channel: string, changes: readonly PresenceEvent[]): JsonText {
  const of = (kind: PresenceEvent['kind']): string =>
    changes
      .filter((change) => change.kind === kind)
      .map(entryText)
      .join(',')
  return new JsonText(
    `{"channel":${JSON.stringify(channel)},"joins":[${of('join')}],"updates":[${of('update')}],"leaves":[${of('leave')}]}`,
  )
}

const entryText = ({ member, user, state }: PresenceEvent): string =>
  `{"member":"${member}","user":${JSON.stringify(user)}${state === null ? '' : `,"state":${state}`}}`

/** Who is present, by user: `[{ user, members: [{ member, state }] }]`. Each guest stands alone. */
export function presenceByUser(shown: readonly Presence[]): readonly object[] {
  const users = new Map<string, { readonly user: string | null; readonly members: object[] }>()
  for (const { member, user, state } of shown) {
    const key = user ?? member
    const group = users.get(key) ?? { user, members: [] }
    users.set(key, group)
    // This server wrote it as JSON.
    group.members.push({ member, state: JSON.parse(state) as object })
  }
  return [...users.values()]
}
