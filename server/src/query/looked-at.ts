import { type ChannelModel, childrenOf, type Expression, type ManyPath, mentionsTime, type Model } from '@plinth/schema'

/** What the answers of rules depend on, besides who asks. */
export interface LookedAt {
  /** Collections in whose tables, or tables of links, they look. */
  readonly collections: ReadonlySet<string>
  /** Whether an answer may change although none of those was written to: it depends on the time, or on a view. */
  readonly always: boolean
}

/** What the rules of a channel look at. */
export function lookedAtBy({ parameters, permissions }: ChannelModel, model: Model): LookedAt {
  const collections = new Set<string>()
  for (const { relation } of parameters.fields.values()) if (relation !== null) collections.add(relation.to)
  const rules = [...permissions.values()]
    .flatMap(({ join, broadcast, presence }) => [join, broadcast, presence])
    .filter((rule) => typeof rule !== 'boolean')
  for (const rule of rules) collect(rule, collections)
  const views = [...collections].filter((name) => model.collections.get(name)?.kind === 'view')
  return { collections, always: views.length > 0 || rules.some(mentionsTime) }
}

function collect(expression: Expression, collections: Set<string>): void {
  if (expression.kind === 'path') {
    const { hops, field, type } = expression
    // A user's id is known without looking.
    if (expression.root === 'user' && !(hops.length === 0 && field === 'id')) collections.add('users')
    noteHops(hops, collections)
    // The link to one record is a value of its own record; links to many may be in a table of the other side.
    if (type.kind === 'records') collections.add(type.collection)
  }
  if (expression.kind === 'quantifier' || expression.kind === 'count') notePath(expression.over, collections)
  for (const part of childrenOf(expression)) collect(part, collections)
}

function notePath({ root, hops, collection, to }: ManyPath, collections: Set<string>): void {
  if (root === 'user') collections.add('users')
  noteHops(hops, collections)
  // The links are in a table that is named after one of the two.
  collections.add(collection).add(to)
}

function noteHops(hops: ManyPath['hops'], collections: Set<string>): void {
  for (const { to } of hops) collections.add(to)
}
