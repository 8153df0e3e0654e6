import type { Effect, Post, Write } from './ledger.ts'

/** Records that all writers meet at: ids by mark. */
export interface Shared {
  readonly tags: ReadonlyMap<string, string>
  /** Posts whose views everybody counts up. */
  readonly hot: ReadonlyMap<string, string>
}

/** A post that one writer has made and nobody else writes to. */
export interface OwnPost {
  readonly mark: string
  readonly id: string
  readonly post: Post
}

export interface Draft {
  readonly name: string
  readonly shared: Shared
  /** One that was made before, if there is one. */
  readonly own: OwnPost | undefined
}

/** The kinds of writes, each with all that it does. */
export const kinds = {
  create: ({ name, shared }) => create(name, shared),
  createMany: ({ name, shared }) => {
    const made = [0, 1, 2, 3, 4].map((i) => newPost(`${name}.${i}`, shared))
    return post(
      '/api/records/posts',
      made.map(({ body }) => body),
      made.map(({ effect }) => effect),
    )
  },
  batch: ({ name, shared }) => batch(name, shared),
  add: ({ shared }) => {
    const [mark, id] = pick([...shared.hot])
    const views = 1 + Math.floor(Math.random() * 9)
    return {
      method: 'PATCH',
      path: `/api/records/posts/${id}`,
      body: { 'views+': views },
      effects: [{ kind: 'add', mark, views }],
    }
  },
  edit: ({ name, shared, own }) => {
    const free = [...shared.tags].filter(([mark]) => own?.post.tags.includes(mark) === false)
    if (own === undefined || free.length === 0) return null
    const [tag, id] = pick(free)
    const title = `${name} edited`
    return {
      method: 'PATCH',
      path: `/api/records/posts/${own.id}`,
      body: { title, '+tags': [id] },
      effects: [{ kind: 'edit', mark: own.mark, title, tag }],
    }
  },
  delete: ({ own }) =>
    own === undefined
      ? null
      : {
          method: 'DELETE',
          path: `/api/records/posts/${own.id}`,
          effects: [{ kind: 'delete', mark: own.mark, tags: own.post.tags.length }],
        },
  createOnce: ({ name, shared }) => ({ ...create(name, shared), key: name }),
  batchOnce: ({ name, shared }) => ({ ...batch(name, shared), key: name }),
} satisfies Record<string, (draft: Draft) => Omit<Write, 'requestId'> | null>

export type Kind = keyof typeof kinds

function create(name: string, shared: Shared) {
  const { body, effect } = newPost(name, shared)
  return post('/api/records/posts', body, [effect])
}

/** A tag, a person, a post that links both to what there is, and a count, in one transaction. */
function batch(name: string, shared: Shared) {
  const [hotMark, hotId] = pick([...shared.hot])
  const [oldMark, oldId] = pick([...shared.tags])
  const made = { title: `${name} in a batch`, views: 3, author: `${name}.author`, tags: [`${name}.tag`, oldMark] }
  const record = {
    title: made.title,
    views: made.views,
    author: { $ref: 'author.id' },
    tags: [{ $ref: 'tag.id' }, oldId],
  }
  const operations = [
    { method: 'create', collection: 'tags', as: 'tag', body: { mark: `${name}.tag` } },
    { method: 'create', collection: 'people', as: 'author', body: { mark: `${name}.author` } },
    { method: 'create', collection: 'posts', body: { mark: name, ...record } },
    { method: 'update', collection: 'posts', id: hotId, body: { 'views+': 1 } },
  ]
  return post('/api/batch', { operations }, [
    { kind: 'create', collection: 'tags', mark: `${name}.tag` },
    { kind: 'create', collection: 'people', mark: `${name}.author` },
    { kind: 'createPost', mark: name, post: made },
    { kind: 'add', mark: hotMark, views: 1 },
  ])
}

function newPost(mark: string, { tags }: Shared) {
  const linked = [...tags].filter(() => Math.random() < 0.4)
  const record = { title: `Title of ${mark}`, views: Math.floor(Math.random() * 1_000) }
  const made: Post = { ...record, author: null, tags: linked.map(([tag]) => tag) }
  const effect: Effect = { kind: 'createPost', mark, post: made }
  return { body: { mark, ...record, tags: linked.map(([, id]) => id) }, effect }
}

const post = (path: string, body: unknown, effects: readonly Effect[]) =>
  ({ method: 'POST', path, body, effects }) as const

function pick<T>(from: readonly T[]): T {
  const found = from[Math.floor(Math.random() * from.length)]
  if (found === undefined) throw new Error('There is nothing to pick from.')
  return found
}
