import type { Model, SchemaDocument } from '@plinth/schema'
import type { Plan, VersionDocument, VersionEntry } from './plan.ts'

/** Who changes the schema, as the history of versions names them; an `Actor` is one. */
export interface Author {
  readonly kind: string
  readonly id: string | null
}

/** The schema in memory, kept in step with the one in the database. */
export interface Catalog {
  /** The newest version this copy knows; it is replaced as a whole, never changed. */
  readonly model: Model
  /** Reads the schema again, at once: for a statement that has met a newer version. */
  refresh(): Promise<Model>
  /** `{ schema, base, renames? }` -> the plan. Throws problems for whatever is wrong with the request. */
  plan(request: unknown): Promise<Plan>
  /** `{ schema, base, renames?, accept? }` -> the new version, in force. */
  apply(request: unknown, author: Author): Promise<{ readonly version: number; readonly schema: SchemaDocument }>
  versions(): Promise<readonly VersionEntry[]>
  /** @throws Problem versionNotFound */
  version(number: number): Promise<VersionDocument>
  /** Called with each new model; answers how to stop that. */
  onChange(listener: (model: Model) => void): () => void
  close(): Promise<void>
}
