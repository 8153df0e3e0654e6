/** What a collection is called in operation ids and among the schemas. */
export interface CollectionNames {
  /** Of its schema; those derived from it add `Create`, `Update`, `Replace` or `List`. */
  readonly schema: string
  /** For operations on one record: `Post`, as in `getPost`. */
  readonly one: string
  /** For operations on many: `Posts`, as in `listPosts`. */
  readonly many: string
}

/** Schemas of the API itself: no collection's schema may have such a name. */
export const systemSchemas = [
  'Problem',
  'Fault',
  'RecordId',
  'Count',
  'Aggregates',
  'ImportSummary',
  'Batch',
  'BatchOperation',
  'BatchResults',
  'Credentials',
  'SignedIn',
  'MfaRequired',
  'SignInAnswer',
  'Factors',
  'User',
  'Me',
  'SignInSession',
  'Schema',
  'SchemaVersion',
  'Plan',
  'PlanStep',
  'NewKey',
  'ApiKey',
  'SecurityEvent',
  'Explanation',
  'Invite',
  'MailWords',
  'MailTemplate',
  'OutboxMail',
  'SignInProvider',
  'NewSignInProvider',
  'SignInIdentity',
  'SchemaVersionDocument',
  'LogLine',
] as const
const taken: ReadonlySet<string> = new Set(systemSchemas)
const derived = /(?:Create|Update|Replace|List|Records)$/

/**
 * Names that clients are generated with, so they depend on the collection's name alone: adding a collection, or asking as
 * somebody else, renames nothing. No two collections share one (a test tries).
 */
export function collectionNames(collection: string): CollectionNames {
  const many = pascalCase(collection)
  const schema = taken.has(many) || derived.test(many) ? `${many}Records` : many
  return { schema, one: singular(many), many }
}

/** `blog_posts` -> `BlogPosts`. An underscore stays where it would be missed: `a_1` is not `a1`, `a__b` not `a_b`. */
const pascalCase = (name: string): string =>
  name
    .split('_')
    .map((word) => (/^[a-z]/.test(word) ? word.charAt(0).toUpperCase() + word.slice(1) : `_${word}`))
    .join('')

/**
 * `Posts` -> `Post`, by rules that never make one word of two. A word they can't tell to be a plural gets `Record` added,
 * so that `post` beside `posts` becomes `PostRecord`.
 */
function singular(many: string): string {
  const unclear = /(?:Records?|ss|us|is|series|species|[^aeiou]ys|(?:x|ch|sh|z)s)$/
  if (!/[a-z]s$/.test(many) || unclear.test(many)) return `${many}Record`
  if (/(?:mov|cook|zomb|rook)ies$/i.test(many)) return many.slice(0, -1)
  if (/[^aeiou]ies$/.test(many)) return `${many.slice(0, -3)}y`
  return many.slice(0, /(?:x|ch|sh|ss|z)es$/.test(many) ? -2 : -1)
}
