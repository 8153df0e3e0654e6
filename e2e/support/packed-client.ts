/** What somebody writes first in an empty project: the compiler has to follow it, and to refuse the mistakes. */
export const packedClient = `import { defineSchema } from '@plinth/schema'
import { createClient, expr, PlinthError, type RecordOf } from '@plinth/sdk'

const schema = defineSchema({
  collections: {
    authors: { fields: { name: { type: 'text', required: true } } },
    posts: {
      fields: {
        title: { type: 'text', required: true },
        status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
        author: { type: 'relation', to: 'authors', inverse: 'posts' },
      },
    },
  },
})

export const db = createClient<typeof schema>('http://localhost:8090')
export type Post = RecordOf<typeof schema, 'posts'>

export async function titles(): Promise<string[]> {
  const { items } = await db.posts.list({ where: expr\`status = \${'published'}\`, select: { title: true, author: ['name'] } })
  return items.map(({ title, author }) => \`\${title} by \${author?.name ?? 'nobody'}\`)
}

// @ts-expect-error there is no such field
export const wrong = (): unknown => db.posts.list({ where: { stauts: 'draft' } })
// @ts-expect-error it was not selected
export const unselected = async (): Promise<unknown> => (await db.posts.get('x', { select: ['title'] })).status
export const isGone = (error: unknown): boolean => error instanceof PlinthError && error.code === 'recordNotFound'
`
