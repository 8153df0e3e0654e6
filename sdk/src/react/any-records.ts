import type { Subscription } from '../types/realtime.ts'

/** A collection whatever its records look like. */
export interface AnyRecords {
  list(options: object): PromiseLike<unknown>
  get(id: string, options: object): Promise<unknown>
  live(options: object, handler: (items: readonly unknown[]) => void): Subscription
  create(body: unknown): Promise<unknown>
  update(id: string, body: object): Promise<unknown>
  replace(id: string, body: object): Promise<unknown>
  delete(id: string): Promise<void>
}

/** A client whatever its schema is. */
export interface AnyClient {
  collection(name: never): unknown
}

/** The types of hooks say what a collection takes and answers; within them its records are just records. */
export const anyRecords = (client: AnyClient, collection: string): AnyRecords =>
  client.collection(collection as never) as AnyRecords
