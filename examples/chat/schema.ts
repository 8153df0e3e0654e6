import { defineSchema } from '@plinth/schema'

const everybody = { read: true, create: true } as const
const member = { join: true, presence: true } as const

/** One room that is open to everybody who reaches it. */
export const schema = defineSchema({
  collections: {
    messages: {
      fields: {
        name: { type: 'text', required: true, maxLength: 40 },
        text: { type: 'text', required: true, maxLength: 2000 },
      },
      permissions: { anonymous: everybody, authenticated: everybody },
    },
  },
  channels: { chat: { permissions: { anonymous: member, authenticated: member } } },
})
