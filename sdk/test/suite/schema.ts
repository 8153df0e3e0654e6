import { defineSchema } from '@plinth/schema'

/** A schema with every field type and every kind of relation, for the tests that run against a real server. */
export const schema = defineSchema({
  roles: { editor: {} },
  collections: {
    teams: { fields: { name: { type: 'text', required: true } }, permissions: { authenticated: { read: true } } },
    users: {
      fields: { name: { type: 'text' }, team: { type: 'relation', to: 'teams', inverse: 'members' } },
      permissions: {
        authenticated: {
          read: true,
          create: 'id = @user.id',
          update: 'id = @user.id',
          readIf: { email: 'id = @user.id' },
        },
      },
    },
    tags: { fields: { name: { type: 'slug', required: true, unique: true } } },
    posts: {
      fields: {
        title: { type: 'text', required: true, maxLength: 200 },
        body: { type: 'richtext' },
        contact: { type: 'email' },
        source: { type: 'url' },
        views: { type: 'integer', default: 0 },
        price: { type: 'decimal', precision: 10, scale: 2 },
        score: { type: 'float' },
        featured: { type: 'boolean', required: true, default: false },
        day: { type: 'date' },
        starts: { type: 'datetime' },
        status: { type: 'select', options: ['draft', 'published'], required: true, default: 'draft' },
        labels: { type: 'multiselect', options: ['news', 'music'] },
        extra: { type: 'json' },
        reference: { type: 'uuid' },
        place: { type: 'geopoint' },
        number: { type: 'autonumber' },
        popular: { type: 'computed', expression: 'views > 100', result: 'boolean' },
        author: { type: 'relation', to: 'users', required: true, inverse: 'posts' },
        editor: { type: 'relation', to: 'users' },
        tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        secret: { type: 'text', hidden: true },
      },
      permissions: {
        authenticated: {
          create: true,
          read: "status = 'published' || author = @user.id",
          update: 'author = @user.id',
          delete: 'author = @user.id',
          set: { author: '@user.id' },
        },
      },
    },
    comments: {
      fields: {
        body: { type: 'text', required: true },
        hidden: { type: 'boolean', default: false },
        post: { type: 'relation', to: 'posts', required: true, onDelete: 'cascade', inverse: 'comments' },
      },
    },
    covers: {
      fields: {
        caption: { type: 'text' },
        post: { type: 'relation', to: 'posts', unique: true, onDelete: 'cascade', inverse: 'cover' },
      },
    },
  },
})
