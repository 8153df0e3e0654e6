import { defineSchema } from '@plinth/schema'

const everybody = { read: true, create: true, update: true, delete: true } as const

/** A board that is open to everybody who reaches it. */
export const schema = defineSchema({
  collections: {
    cards: {
      fields: {
        title: { type: 'text', required: true, maxLength: 100 },
        column: { type: 'select', options: ['todo', 'doing', 'done'], required: true, default: 'todo' },
        // Between those of its neighbours, so that a move writes one card.
        place: { type: 'float', required: true, default: 0 },
      },
      permissions: { anonymous: everybody, authenticated: everybody },
    },
  },
  channels: {
    board: {
      permissions: { anonymous: { join: true, presence: true }, authenticated: { join: true, presence: true } },
    },
  },
})
