import { jsonSchema as json, type JsonSchema } from '@plinth/schema'
import { type Message, message } from '../message.ts'
import type { ChannelHub } from './channel-hub.ts'

const channel = json.string({ minLength: 1, maxLength: 255, description: 'The name of a channel.' })
// Names travel to all members: nothing in them may be unseen.
const event = json.string({ minLength: 1, maxLength: 100, pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]+$' })

/** Something to show, or null to be present no more. */
// The type says what the two schemas do.
const presenceState = json.any({ anyOf: [{ type: 'object' }, { type: 'null' }] }) as JsonSchema<object | null>

/** The messages by which clients use channels. */
export const channelMessages = (hub: ChannelHub): readonly Message[] => [
  message({
    name: 'join',
    body: json.object({ channel, replay: json.optional(json.integer({ minimum: 0, maximum: 100 })) }),
    handle: (connection, body) => hub.join(connection, body.channel, body.replay ?? 0),
  }),
  message({
    name: 'leave',
    body: json.object({ channel }),
    handle: (connection, body) => {
      hub.leave(connection, body.channel)
      return { channel: body.channel }
    },
  }),
  message({
    name: 'broadcast',
    body: json.object({ channel, event, payload: json.any(), echo: json.optional(json.boolean()) }),
    handle: async (connection, body) => {
      await hub.broadcast(connection, body.channel, {
        event: body.event,
        payload: body.payload,
        echo: body.echo === true,
      })
      return { channel: body.channel }
    },
  }),
  message({
    name: 'presence',
    body: json.object({ channel, state: presenceState }),
    handle: async (connection, body) => {
      await hub.present(connection, body.channel, body.state)
      return { channel: body.channel }
    },
  }),
]
