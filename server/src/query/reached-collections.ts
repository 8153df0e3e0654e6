import { childrenOf, type Expression, type Hop, type ManyPath, type Model } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { mentionedFields } from './mentioned-fields.ts'

/** What the answer of rules and filters depends on besides the record they are about. */
export interface Reached {
  /** Collections that are looked into, and which of their fields count. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** Tables of links that are followed: `posts.tags`. */
  readonly links: ReadonlySet<string>
  /** A view is looked into: what changes there, no log tells. */
  readonly views: boolean
}

/** What a rule looks into: the tables themselves, whoever may read them. */
export function reachedByRules(model: Model, collection: string, rules: readonly Expression[]): Reached {
  const walk = new Walk(model)
  for (const rule of rules) walk.into(rule, collection)
  return walk.reached()
}

/** What a caller's filter looks into: other records as the caller may see them, so their rules count as well. */
export function reachedByFilter(access: Access, collection: string, filter: Expression): Reached {
  const walk = new Walk(access.model)
  walk.into(filter, collection)
  const done = new Set<string>()
  for (let more = walk.collections(done); more.length > 0; more = walk.collections(done)) {
    for (const name of more) {
      done.add(name)
      const permitted = access.collection(name)
      const rules = [permitted?.read, ...(permitted?.visible.values() ?? [])]
      for (const rule of rules) if (typeof rule === 'object') walk.intoRule(rule, name)
    }
  }
  return walk.reached()
}

class Walk {
  readonly #model: Model
  readonly #fields = new Map<string, Set<string>>()
  readonly #links = new Set<string>()

  constructor(model: Model) {
    this.#model = model
  }

  into(expression: Expression, collection: string): void {
    if (expression.kind === 'path') {
      const { root, hops, field, type } = expression
      const end = this.#follow(hops) ?? (root === 'user' ? 'users' : collection)
      if (hops.length > 0 || root === 'user') this.#note(end, field)
      if (type.kind === 'records') this.#noteLink(end, field, type.collection)
      if (type.kind === 'record' && this.#model.collections.get(end)?.inverses.has(field) === true)
        this.#noteLink(end, field, type.collection)
    }
    if (expression.kind === 'quantifier' || expression.kind === 'count') this.#many(expression.over)
    const inner = expression.kind === 'quantifier' ? expression.over.to : collection
    for (const child of childrenOf(expression)) {
      this.into(child, inner)
      if (expression.kind === 'quantifier') this.#noteAll(child, inner)
    }
  }

  /** A rule about records that are looked into themselves: its fields decide what is seen of them. */
  intoRule(rule: Expression, collection: string): void {
    this.into(rule, collection)
    for (const field of mentionedFields(rule)) this.#note(collection, field)
  }

  /** Collections that are looked into and are not in `done`. */
  collections(done: ReadonlySet<string>): readonly string[] {
    return [...this.#fields.keys()].filter((name) => !done.has(name))
  }

  reached(): Reached {
    const views = [...this.#fields.keys()].some((name) => this.#model.collections.get(name)?.kind === 'view')
    return { fields: this.#fields, links: this.#links, views }
  }

  /** The fields of the records that a quantifier is about, as its condition names them. */
  #noteAll(condition: Expression, collection: string): void {
    if (condition.kind === 'path' && condition.root === 'record')
      this.#note(collection, condition.hops[0]?.field ?? condition.field)
    if (condition.kind === 'quantifier') return
    for (const child of childrenOf(condition)) this.#noteAll(child, collection)
  }

  #many({ hops, root, collection, field, to }: ManyPath): void {
    this.#follow(hops)
    if (root === 'user') this.#note('users', 'id')
    this.#noteLink(collection, field, to)
  }

  /** Answers where the hops end; undefined where there are none. */
  #follow(hops: readonly Hop[]): string | undefined {
    hops.forEach(({ collection, field, to }, i) => {
      if (i > 0) this.#note(collection, field)
      this.#note(to, 'id')
      if (this.#model.collections.get(collection)?.inverses.has(field) === true) this.#noteLink(collection, field, to)
    })
    return hops.at(-1)?.to
  }

  /** What says which records belong to one: links of their own, or a field of the other side. */
  #noteLink(collection: string, field: string, to: string): void {
    const inverse = this.#model.collections.get(collection)?.inverses.get(field)
    if (inverse === undefined) this.#links.add(`${collection}.${field}`)
    else if (inverse.throughJoinTable) this.#links.add(`${inverse.collection}.${inverse.field}`)
    this.#note(to, inverse?.throughJoinTable === false ? inverse.field : 'id')
  }

  #note(collection: string, field: string): void {
    this.#fields.set(collection, (this.#fields.get(collection) ?? new Set()).add(field))
  }
}
