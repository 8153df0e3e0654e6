import type { SchemaInput } from '@plinth/schema'

/** A schema in which everything stands that a schema can say: a test holds it to that. */
export const wholeSchema = {
  roles: {
    member: { description: 'Whoever has paid; "quoted", and it’s more.' },
    editor: { description: 'Edits all articles', inherits: ['member', 'authenticated'], mfa: 'required' },
  },
  collections: {
    users: { fields: { team: { type: 'relation', to: 'teams', onDelete: 'setNull', inverse: 'people' } } },
    teams: {
      label: 'Teams',
      display: 'name',
      fields: { name: { type: 'text', maxLength: 100, required: true, unique: true } },
    },
    articles: {
      label: 'Articles',
      description: 'What is read.\nIn two lines.',
      display: 'title',
      collation: 'de',
      fields: {
        number: { type: 'autonumber', unique: true },
        title: { type: 'text', minLength: 1, maxLength: 200, pattern: '^\\S.*$', required: true, label: 'Title' },
        body: { type: 'richtext', minLength: 0, maxLength: 50_000, description: 'Markdown' },
        mail: { type: 'email' },
        link: { type: 'url', default: 'https://example.com/a?b=c' },
        path: { type: 'slug', minLength: 2, maxLength: 80, unique: true },
        views: { type: 'integer', min: 0, max: 1_000_000, default: 0, readonly: true },
        price: { type: 'decimal', precision: 12, scale: 2, min: '0', max: '99999.99', default: '9.90' },
        score: { type: 'float', min: -1.5, max: 1.5 },
        shown: { type: 'boolean', default: false, required: true },
        day: { type: 'date', min: '2000-01-01', max: '2099-12-31' },
        at: { type: 'datetime' },
        status: { type: 'select', options: ['draft', 'in review', 'published'], default: 'draft' },
        tags: { type: 'multiselect', options: ['a', 'b', 'c'], default: ['a'] },
        extra: { type: 'json', default: { 'a key': [1, null, { deep: true }] } },
        token: { type: 'uuid', hidden: true },
        author: { type: 'relation', to: 'users', onDelete: 'cascade', inverse: 'articles', required: true },
        readers: { type: 'relation', to: 'users', many: true, inverse: 'read' },
        place: { type: 'geopoint' },
        upper: { type: 'computed', expression: 'lower(title)', result: 'text', maxLength: 200 },
      },
      indexes: [{ fields: ['status', '-created'] }, { fields: ['author', 'path'], unique: true }],
      permissions: {
        anonymous: { read: "status = 'published' && shown", hide: ['mail', 'extra'] },
        authenticated: {
          read: true,
          create: 'author = @user.id',
          update: 'author = @user.id && !changed(author)',
          delete: false,
          readIf: { mail: 'author = @user.id' },
          writeIf: { status: "'editor' in @user.roles || status = 'draft'" },
          set: { author: '@user.id' },
        },
        editor: { read: true, create: true, update: true, delete: true },
      },
    },
    names: {
      kind: 'view',
      sql: 'select id, title from public.articles',
      fields: { title: { type: 'text' } },
      permissions: { anonymous: { read: true } },
    },
  },
  channels: {
    lobby: { description: 'Everybody', permissions: { anonymous: { join: true }, member: { broadcast: true } } },
    'team:{team}/desk:{desk}': {
      records: { team: 'teams' },
      replay: 20,
      permissions: { authenticated: { join: 'any(@channel.team.people, id = @user.id)', presence: true } },
    },
  },
  claims: { team: '@user.team.name', is_editor: "'editor' in @user.roles && @user.verified" },
} as const satisfies SchemaInput
