/** What one write does, record by record. Records are known by their mark, which the test chooses. */
export type Effect =
  | { readonly kind: 'create'; readonly collection: 'tags' | 'people'; readonly mark: string }
  | { readonly kind: 'createPost'; readonly mark: string; readonly post: Post }
  | { readonly kind: 'edit'; readonly mark: string; readonly title: string; readonly tag: string }
  | { readonly kind: 'add'; readonly mark: string; readonly views: number }
  | { readonly kind: 'delete'; readonly mark: string; readonly tags: number }

export interface Post {
  readonly title: string
  readonly views: number
  /** Marks. */
  readonly author: string | null
  readonly tags: readonly string[]
}

/** A request that was sent. Its id is in the change log beside all that it changed. */
export interface Write {
  readonly requestId: string
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly key?: string
  readonly effects: readonly Effect[]
}

/**
 * Acknowledged writes must have happened; of the others nobody knows until the database is asked, and then it is
 * `happened` or forgotten.
 */
export type Fate = 'acknowledged' | 'unknown' | 'happened' | 'undone'

/** All writes that were sent, in order, with what became of them. */
export class Ledger {
  readonly #fates = new Map<Write, Fate>()

  note(write: Write, fate: Fate): void {
    this.#fates.set(write, fate)
  }

  withFate(...fates: readonly Fate[]): readonly Write[] {
    return [...this.#fates].flatMap(([write, fate]) => (fates.includes(fate) ? [write] : []))
  }
}

export interface Tables {
  readonly posts: Map<string, Post>
  readonly tags: Set<string>
  readonly people: Set<string>
}

/** The records that must be there when exactly these writes have happened. */
export function tablesAfter(writes: readonly Write[]): Tables {
  const tables: Tables = { posts: new Map(), tags: new Set(), people: new Set() }
  for (const { effects } of writes) for (const effect of effects) apply(effect, tables)
  return tables
}

function apply(effect: Effect, tables: Tables): void {
  const { posts } = tables
  if (effect.kind === 'create') return void tables[effect.collection].add(effect.mark)
  if (effect.kind === 'createPost') return void posts.set(effect.mark, effect.post)
  if (effect.kind === 'delete') return void posts.delete(effect.mark)
  const post = posts.get(effect.mark)
  if (post === undefined) throw new Error(`The ledger changes ${effect.mark} before it makes it.`)
  if (effect.kind === 'add') posts.set(effect.mark, { ...post, views: post.views + effect.views })
  else posts.set(effect.mark, { ...post, title: effect.title, tags: [...post.tags, effect.tag] })
}

/** The entries of the change log that a write must have left: `posts create`, … */
export const changesOf = ({ effects }: Write): readonly string[] => effects.flatMap(entriesOf).toSorted()

function entriesOf(effect: Effect): readonly string[] {
  switch (effect.kind) {
    case 'create':
      return [`${effect.collection} create`]
    case 'createPost':
      return ['posts create', ...effect.post.tags.map(() => 'posts.tags create')]
    case 'edit':
      return ['posts update', 'posts.tags create']
    case 'add':
      return ['posts update']
    case 'delete':
      return ['posts delete', ...Array.from({ length: effect.tags }, () => 'posts.tags delete')]
  }
}
