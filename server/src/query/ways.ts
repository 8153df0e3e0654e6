import { childrenOf, type Expression, type Hop, type ManyPath, type Model } from '@plinth/schema'
import type { Access } from '../access/access.ts'

/** A step from records to related ones. */
export type Step = OwnStep | BackStep | ManyStep

/** Along a link of the record itself: `author` of posts. */
export interface OwnStep {
  readonly kind: 'own'
  readonly collection: string
  readonly field: string
  readonly to: string
}

/** To the records of `to` whose own link `field` leads here: `posts` of users. */
export interface BackStep {
  readonly kind: 'back'
  readonly field: string
  readonly to: string
}

/** Through the table of links `collection.field`, from this end of it to the other. */
export interface ManyStep {
  readonly kind: 'many'
  readonly collection: string
  readonly field: string
  readonly from: 'source' | 'target'
  readonly to: string
}

/**
 * How rules and filters get to rows that their answer depends on besides the record itself. Every beginning of a way is a
 * way of its own: what `author.team.name` looks into are the author and the team.
 */
export interface Way {
  /** It begins at the record that is asked about, or at the user who asks. */
  readonly root: 'record' | 'user'
  readonly steps: readonly Step[]
  /** The collection that it ends at. */
  readonly to: string
  /** The fields that count there. */
  readonly fields: ReadonlySet<string>
}

/** The ways of rules: into the tables themselves, whoever may read them. */
export function waysOfRules(model: Model, collection: string, rules: readonly Expression[]): readonly Way[] {
  const walk = new Walk(model, collection)
  for (const rule of rules) walk.enter(rule)
  return walk.ways()
}

/** The ways of a caller's filter: to other records as the caller may see them, so their rules count as well. */
export function waysOfFilter(access: Access, collection: string, filter: Expression): readonly Way[] {
  const walk = new Walk(access.model, collection, (name) => {
    const permitted = access.collection(name)
    return [permitted?.read, ...(permitted?.visible.values() ?? [])].filter((rule) => typeof rule === 'object')
  })
  walk.enter(filter)
  return walk.ways()
}

/** The name in the change log of the links that a step follows. */
export const linksName = ({ collection, field }: Pick<ManyStep, 'collection' | 'field'>): string =>
  `${collection}.${field}`

/** The rules about the records of a collection that whoever asks is held to. */
type RulesOf = (collection: string) => readonly Expression[]

interface Place extends Way {
  readonly fields: Set<string>
  /** The rules about what is found here have been entered. */
  isGuarded: boolean
}

class Walk {
  readonly #model: Model
  readonly #rulesOf: RulesOf | null
  readonly #record: Place
  readonly #places = new Map<string, Place>()

  constructor(model: Model, collection: string, rulesOf: RulesOf | null = null) {
    this.#model = model
    this.#rulesOf = rulesOf
    this.#record = place('record', [], collection)
  }

  enter(expression: Expression): void {
    this.#into(expression, this.#record, this.#rulesOf)
  }

  ways(): readonly Way[] {
    return [...this.#places.values()]
  }

  #into(expression: Expression, at: Place, rulesOf: RulesOf | null): void {
    if (expression.kind === 'path') return this.#path(expression, at, rulesOf)
    if (expression.kind === 'count') return void this.#many(expression.over, at, rulesOf)
    const inner = expression.kind === 'quantifier' ? this.#many(expression.over, at, rulesOf) : at
    for (const child of childrenOf(expression)) this.#into(child, inner, rulesOf)
  }

  #path(path: Extract<Expression, { kind: 'path' }>, at: Place, rulesOf: RulesOf | null): void {
    const { root, hops, field, type } = path
    // A user's id is known without looking.
    if (root === 'user' && hops.length === 0 && field === 'id') return
    const end = this.#follow(root === 'user' ? this.#user(rulesOf) : at, hops, rulesOf)
    end.fields.add(field)
    // Ids of related records: those of a relation to many, or the one whose own link leads here.
    const isInverse = this.#model.collections.get(end.to)?.inverses.has(field) === true
    if (type.kind === 'records' || (type.kind === 'record' && isInverse))
      this.#step(end, { field, to: type.collection }, rulesOf)
  }

  #many({ root, hops, field, to }: ManyPath, at: Place, rulesOf: RulesOf | null): Place {
    const end = this.#follow(root === 'user' ? this.#user(rulesOf) : at, hops, rulesOf)
    return this.#step(end, { field, to }, rulesOf)
  }

  #follow(from: Place, hops: readonly Hop[], rulesOf: RulesOf | null): Place {
    return hops.reduce((at, hop) => this.#step(at, hop, rulesOf), from)
  }

  #step(from: Place, { field, to }: { readonly field: string; readonly to: string }, rulesOf: RulesOf | null): Place {
    const step = stepOf(this.#model, from.to, field, to)
    if (step.kind === 'own') from.fields.add(field)
    const at = this.#at(from.root, [...from.steps, step], to, rulesOf)
    at.fields.add(step.kind === 'back' ? step.field : 'id')
    return at
  }

  #user(rulesOf: RulesOf | null): Place {
    return this.#at('user', [], 'users', rulesOf)
  }

  #at(root: Way['root'], steps: readonly Step[], to: string, rulesOf: RulesOf | null): Place {
    const key = JSON.stringify([root, steps])
    const at = this.#places.get(key) ?? place(root, steps, to)
    this.#places.set(key, at)
    if (rulesOf !== null && !at.isGuarded) {
      at.isGuarded = true
      // A rule's own look-ups go to the tables themselves.
      for (const rule of rulesOf(to)) this.#into(rule, at, null)
    }
    return at
  }
}

const place = (root: Way['root'], steps: readonly Step[], to: string): Place => ({
  root,
  steps,
  to,
  fields: new Set(),
  isGuarded: false,
})

function stepOf(model: Model, collection: string, field: string, to: string): Step {
  const here = model.collections.get(collection)
  const inverse = here?.inverses.get(field)
  if (inverse?.throughJoinTable === false) return { kind: 'back', field: inverse.field, to }
  if (inverse) return { kind: 'many', collection: inverse.collection, field: inverse.field, from: 'target', to }
  const isMany = here?.fields.get(field)?.relation?.many === true
  return isMany ? { kind: 'many', collection, field, from: 'source', to } : { kind: 'own', collection, field, to }
}
