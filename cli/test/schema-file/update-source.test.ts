import { describe, expect, it } from 'vitest'
import { findSchema } from '../../src/schema-file/find-schema.ts'
import { staticValue } from '../../src/schema-file/static-value.ts'
import { updateSource } from '../../src/schema-file/update-source.ts'

type Edit = (schema: ReturnType<typeof JSON.parse>) => void

/** The source after an edit of what it says. */
function edited(source: string, edit: Edit): string {
  const file = findSchema('plinth.schema.ts', source)
  const current = staticValue(file.schema)
  const wanted = structuredClone(current)
  edit(wanted)
  const text = updateSource(file, current, wanted)
  const again = findSchema('plinth.schema.ts', text)
  expect(staticValue(again.schema)).toEqual(wanted)
  return text
}

const source = `import { defineSchema } from '@plinth/schema'

// The blog.
export default defineSchema({
  collections: {
    // What people read.
    posts: {
      fields: {
        title: { type: 'text', required: true }, // shown in lists

        /* ---- text ---- */

        // Markdown
        body: { type: 'richtext' },
        status: {
          type: 'select',
          // in this order
          options: ['draft', 'published'],
        },
      },
      indexes: [
        // for the front page
        { fields: ['status', '-created'] },
        { fields: ['title'], unique: true },
      ],
    },
    tags: { fields: { name: { type: 'slug' } } },
  },
})
`

/** The lines that differ, as a patch shows them. */
function changes(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ]
}

describe('a change of the schema changes as few lines of its file as can be', () => {
  it.each<[string, Edit, string[]]>([
    ['nothing', () => {}, []],
    [
      'an option more',
      (s) => (s.collections.posts.fields.title.maxLength = 80),
      [
        "-        title: { type: 'text', required: true }, // shown in lists",
        "+        title: { type: 'text', required: true, maxLength: 80 }, // shown in lists",
      ],
    ],
    [
      'a field more',
      (s) => (s.collections.posts.fields.lead = { type: 'text', maxLength: 300 }),
      ["+        lead: { type: 'text', maxLength: 300 },"],
    ],
    [
      'a field less takes its own comment along, and leaves the others',
      (s) => delete s.collections.posts.fields.body,
      ['-        // Markdown', "-        body: { type: 'richtext' },"],
    ],
    [
      'a choice more',
      (s) => s.collections.posts.fields.status.options.push('archived'),
      ["-          options: ['draft', 'published'],", "+          options: ['draft', 'published', 'archived'],"],
    ],
    [
      'a field in a collection on one line',
      (s) => (s.collections.tags.fields.color = { type: 'text' }),
      [
        "-    tags: { fields: { name: { type: 'slug' } } },",
        "+    tags: { fields: { name: { type: 'slug' }, color: { type: 'text' } } },",
      ],
    ],
    [
      'an index less',
      (s) => s.collections.posts.indexes.shift(),
      ['-        // for the front page', "-        { fields: ['status', '-created'] },"],
    ],
    [
      'an index turned round',
      (s) => (s.collections.posts.indexes[0].fields = ['-created']),
      ["-        { fields: ['status', '-created'] },", "+        { fields: ['-created'] },"],
    ],
    [
      'permissions where there were none',
      (s) => (s.collections.posts.permissions = { anonymous: { read: "status = 'published'" } }),
      ['+      permissions: {', `+        anonymous: { read: "status = 'published'" },`],
    ],
    ['roles where there were none', (s) => (s.roles = { editor: {} }), ['+  roles: {', '+    editor: {},']],
  ])('%s', (_, edit, expected) => {
    expect(changes(source, edited(source, edit))).toEqual(expected)
  })
})

it('fields that are moved take their comments along', () => {
  const text = edited(source, (s) => {
    const { title, body, status } = s.collections.posts.fields
    s.collections.posts.fields = { body, status, title }
  })
  expect(text).toContain(`      fields: {
        /* ---- text ---- */

        // Markdown
        body: { type: 'richtext' },`)
  expect(text).toContain("        title: { type: 'text', required: true }, // shown in lists\n      },")
})

it('a line that gets too long is broken', () => {
  const text = edited(source, (s) => (s.collections.tags.fields.name.description = 'x'.repeat(100)))
  expect(text).toContain(`    tags: {
      fields: {
        name: {
          type: 'slug',
          description: '${'x'.repeat(100)}',
        },
      },
    },`)
})

it.each([
  [
    'tabs and double quotes',
    'export default defineSchema({\n\tcollections: {\n\t\ta: {\n\t\t\tfields: { x: { type: "text" } },\n\t\t},\n\t},\n});\n',
    '\n\t\tb: {\n\t\t\tfields: {\n\t\t\t\ty: { type: "url" },\n\t\t\t},\n\t\t},\n',
  ],
  [
    'Windows lines',
    'export default defineSchema({\r\n  collections: {\r\n    a: { fields: {} },\r\n  },\r\n})\r\n',
    "\r\n    b: {\r\n      fields: {\r\n        y: { type: 'url' },\r\n      },\r\n    },\r\n",
  ],
  [
    'no comma at the end',
    'export default defineSchema({\n  collections: {\n    a: { fields: {} }\n  }\n})\n',
    '    a: { fields: {} },\n    b: {\n',
  ],
  ['other names for the object', 'const it = defineSchema({ collections: {} })\nexport default it\n', '{\n    b: {\n'],
  ['no function', 'export default {\n  collections: {},\n} satisfies SchemaInput\n', '} satisfies SchemaInput\n'],
  ['only a comment', 'export default defineSchema({\n  collections: {\n    // soon\n  },\n})\n', '    // soon\n'],
])('what is added looks like the rest: %s', (_, before, expected) => {
  const text = edited(before, (s) => (s.collections.b = { fields: { y: { type: 'url' } } }))
  expect(text).toContain(expected)
})

describe('what only running the file tells', () => {
  const file = findSchema(
    'plinth.schema.ts',
    `const name = { type: 'text' } as const
export default defineSchema({
  collections: {
    a: { fields: { name, title: name, ...common, own: { type: 'text', ...options } } },
  },
})
`,
  )
  const current = {
    collections: { a: { fields: { name: { type: 'text' }, title: { type: 'text' }, own: { type: 'text', min: 1 } } } },
  }
  const edit = (change: Edit) => {
    const wanted = structuredClone(current)
    change(wanted)
    return updateSource(file, current, wanted)
  }

  it('stays where it says what it should', () => {
    expect(edit(() => {})).toBe(file.source)
  })

  it('keeps what is spread, and is overridden by what is added', () => {
    expect(edit((s) => (s.collections.a.fields.own.min = 2))).toContain("own: { type: 'text', ...options, min: 2 }")
  })

  it('is written out where it should say something else', () => {
    expect(edit((s) => (s.collections.a.fields.title = { type: 'url' }))).toContain("title: { type: 'url' }")
    expect(edit((s) => (s.collections.a.fields.name = { type: 'url' }))).toContain("name: { type: 'url' }")
  })
})
