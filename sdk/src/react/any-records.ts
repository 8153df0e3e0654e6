import type { ClientBase } from '../client.ts'
import type { CollectionName, SchemaShape } from '../types/schema-shape.ts'

/** A collection whatever its records look like. */
export interface AnyRecords {
  list(options: object): PromiseLike<unknown>
  get(id: string, options: object): Promise<unknown>
  create(body: unknown): Promise<unknown>
  update(id: string, body: object): Promise<unknown>
  replace(id: string, body: object): Promise<unknown>
  delete(id: string): Promise<void>
}

/** The types of hooks say what a collection takes and answers; within them its records are just records. */
export const anyRecords = <S extends SchemaShape, C extends CollectionName<S>>(
  client: ClientBase<S>,
  collection: C,
): AnyRecords => client.collection(collection) as unknown as AnyRecords
