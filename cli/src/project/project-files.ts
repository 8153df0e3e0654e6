import { randomBytes } from 'node:crypto'
import { ownVersion } from '../own-version.ts'

/** A file of a new project. */
export interface ProjectFile {
  readonly path: string
  readonly text: string
  /** For its owner's eyes alone. */
  readonly secret?: true
}

/** What a new project starts with: a schema, types that follow from it, and a first query. */
export const projectFiles = (name: string): readonly ProjectFile[] => [
  { path: 'package.json', text: packageJson(name) },
  { path: 'tsconfig.json', text: tsconfig },
  { path: 'plinth.schema.ts', text: schema },
  { path: 'src/main.ts', text: firstQuery },
  { path: '.env', text: environment(), secret: true },
  { path: '.gitignore', text: 'node_modules/\nplinth_data/\n.env\n' },
]

const packageJson = (name: string): string =>
  `${JSON.stringify(
    {
      name,
      private: true,
      type: 'module',
      scripts: {
        dev: 'plinth dev',
        push: 'plinth schema push',
        pull: 'plinth schema pull',
        start: 'node --env-file=.env src/main.ts',
        check: 'tsc --noEmit',
      },
      dependencies: { '@plinth/sdk': `^${ownVersion}` },
      devDependencies: {
        '@plinth/schema': `^${ownVersion}`,
        '@types/node': '^24.0.0',
        plinth: `^${ownVersion}`,
        typescript: '>=5.9.0',
      },
    },
    null,
    2,
  )}\n`

const tsconfig = `${JSON.stringify(
  {
    include: ['src', 'plinth.schema.ts'],
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023', 'dom'],
      types: ['node'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
    },
  },
  null,
  2,
)}\n`

const schema = `import { defineSchema } from '@plinth/schema'

// What the application stores, and who may do what. "npm run push" applies it to the running server,
// "npm run pull" takes over what was changed there.
export default defineSchema({
  collections: {
    notes: {
      fields: {
        title: { type: 'text', required: true, maxLength: 200 },
        body: { type: 'text' },
        status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
        author: { type: 'relation', to: 'users', inverse: 'notes' },
      },
      indexes: [{ fields: ['status', '-created'] }],
      permissions: {
        anonymous: { read: "status = 'published'" },
        authenticated: {
          read: 'author = @user.id',
          create: true,
          update: 'author = @user.id',
          delete: 'author = @user.id',
          set: { author: '@user.id' },
        },
      },
    },
  },
})
`

const firstQuery = `import { createClient } from '@plinth/sdk'
import type schema from '../plinth.schema.ts'

// The schema's type types the client: rename a field there, and the mistake is underlined here.
const db = createClient<typeof schema>(process.env['PLINTH_URL'] ?? 'http://localhost:8090')

await db.auth.signIn({
  email: process.env['PLINTH_ADMIN_EMAIL'] ?? '',
  password: process.env['PLINTH_ADMIN_PASSWORD'] ?? '',
})
await db.notes.create({ title: 'Hello', status: 'published' })

const notes = await db.notes.list({ where: { status: 'published' }, sort: '-created', limit: 10 })
for (const note of notes.items) console.log(note.created, note.title)
`

const environment = (): string => `# Read by "plinth" in this folder. Not for version control.
PLINTH_ADMIN_EMAIL=admin@example.com
PLINTH_ADMIN_PASSWORD=${randomBytes(12).toString('base64url')}
`
