import { describe, expect, it } from 'vitest'
import {
  type Collection,
  compareSchemas,
  completeSchema,
  type Difference,
  mergeSchemas,
  type SchemaDocument,
} from '../../src/index.ts'

const posts: Collection = {
  kind: 'table',
  fields: { title: { type: 'text', maxLength: 100 }, body: { type: 'text' } },
}
const documentOf = (collections: Record<string, Collection>): SchemaDocument => completeSchema({ collections })
const withField = (name: string, options: object): Collection => ({
  ...posts,
  fields: { ...posts.fields, [name]: { type: 'text', ...options } },
})

const base = documentOf({ posts })
const places = (differences: readonly Difference[]) => differences.map(({ path, by }) => `${by} ${path.join('.')}`)

describe('the three-way view of a schema', () => {
  const title = (maxLength: number) => documentOf({ posts: withField('title', { maxLength }) })
  const note = documentOf({ posts: withField('note', {}) })

  it.each<[string, SchemaDocument, SchemaDocument, string[]]>([
    ['nothing changed', base, base, []],
    ['only mine', title(200), base, ['mine collections.posts.fields.title.maxLength']],
    ['only theirs', base, note, ['theirs collections.posts.fields.note']],
    ['the same on both sides', title(200), title(200), ['both collections.posts.fields.title.maxLength']],
    ['to different ends', title(200), title(300), ['conflict collections.posts.fields.title.maxLength']],
    [
      'different places',
      title(200),
      note,
      ['mine collections.posts.fields.title.maxLength', 'theirs collections.posts.fields.note'],
    ],
    ['I dropped what they changed', documentOf({}), title(200), ['conflict collections.posts']],
    [
      'my claims and their channels',
      { ...base, claims: { address: '@user.email' } },
      { ...base, channels: { 'room:{id}': { replay: 3 } } },
      ['theirs channels', 'mine claims'],
    ],
    [
      'they put the fields in another order',
      base,
      documentOf({ posts: { ...posts, fields: { body: { type: 'text' }, title: { type: 'text', maxLength: 100 } } } }),
      ['theirs collections.posts.fields.(order)'],
    ],
  ])('%s', (_, mine, theirs, expected) => {
    expect(places(compareSchemas({ base, mine, theirs }))).toEqual(expected)
  })

  it('merges what does not conflict, each new field after the one it came after', () => {
    const mine = documentOf({ posts: withField('summary', {}), tags: { kind: 'table', fields: {} } })
    const theirs = documentOf({
      posts: { ...posts, fields: { lead: { type: 'text' }, ...posts.fields, title: { type: 'text', maxLength: 7 } } },
    })
    const merged = mergeSchemas({ base, mine, theirs })
    expect(Object.entries(merged.collections['posts']?.fields ?? {})).toEqual([
      ['lead', { type: 'text' }],
      ['title', { type: 'text', maxLength: 7 }],
      ['body', { type: 'text' }],
      ['summary', { type: 'text' }],
    ])
    expect(Object.keys(merged.collections)).toEqual(['posts', 'tags'])
    expect(places(compareSchemas({ base, mine: merged, theirs }))).not.toContainEqual(
      expect.stringMatching(/^theirs|conflict/),
    )
  })

  it('drops what the other side dropped', () => {
    expect(mergeSchemas({ base, mine: base, theirs: documentOf({}) }).collections).toEqual({})
    expect(mergeSchemas({ base, mine: documentOf({}), theirs: base }).collections).toEqual({})
  })
})
