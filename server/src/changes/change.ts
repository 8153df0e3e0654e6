/** One entry of the log: what one committed statement did to one record. */
export interface Change {
  /** The place in the order of this record's changes. A bigint as text. */
  readonly seq: string
  /** When the statement began, for example `2026-01-31T12:00:00.123456+00:00`. */
  readonly at: string
  /** The collection, or for the links of a relation to many its join table: `posts.tags`. */
  readonly collection: string
  /** The record's id; for a link, the id of the record that has the relation. */
  readonly record: string
  readonly op: 'create' | 'update' | 'delete'
  /** The whole row before, as JSON text; null on create. A link's row is `{"source", "target"}`. */
  readonly before: string | null
  /** The whole row after, as JSON text; null on delete. */
  readonly after: string | null
  /** Who wrote it: `user:ID`, `key:ID`, `anonymous:`; null when it was written by hand. */
  readonly actor: string | null
  /** The id of the request that wrote it. */
  readonly request: string | null
}

/**
 * Parses `before` or `after` of a change. A number that JavaScript would print differently (`1.10`, `9007199254740993`)
 * stays the text it was. So of a decimal field take `String(value)`, of an integer or a float `Number(value)`: both are
 * exact.
 */
export function parseChangeRecord(text: string): Readonly<Record<string, unknown>> {
  // The text is a row as PostgreSQL's to_jsonb made it: always an object.
  return JSON.parse(text, keepDigits) as Record<string, unknown>
}

// `context` is in Node since 21, but not yet in TypeScript's library.
const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && String(value) !== context?.source ? context?.source : value
