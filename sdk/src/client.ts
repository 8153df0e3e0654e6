import type { ClientOptions } from './client-options.ts'
import type { RequestOptions } from './http/request-options.ts'
import { createTransport } from './http/transport.ts'
import { collectionClient } from './records/collection-client.ts'
import type { CollectionClient } from './types/collection-client.ts'
import type { CollectionName, SchemaShape } from './types/schema-shape.ts'

/** The part of a client that does not depend on the schema. */
export interface ClientBase<S extends SchemaShape> {
  readonly url: string
  /** A collection by its name, also where the name is only known when the program runs. */
  collection<C extends CollectionName<S>>(name: C): CollectionClient<S, C>
  /** Calls any route, and answers the JSON of its answer. */
  request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<T>
  /** Calls any route, and answers the response as it comes: for streams. Answers that are none of 2xx are thrown. */
  send(method: string, path: string, options?: RequestOptions): Promise<Response>
}

/** A client: each collection is a member by its name. */
export type Client<S extends SchemaShape = SchemaShape> = ClientBase<S> & {
  readonly [C in Exclude<CollectionName<S>, keyof ClientBase<S>>]: CollectionClient<S, C>
}

/**
 * A client for the Plinth server at an address.
 *
 * @example
 * const db = createClient<typeof schema>('https://api.example.com')
 * const posts = await db.posts.list({ where: { status: 'published' }, select: ['id', 'title'] })
 */
export function createClient<S extends SchemaShape = SchemaShape>(url: string, options: ClientOptions = {}): Client<S> {
  const { token = null } = options
  const credentials = {
    token: async () => (typeof token === 'function' ? token() : token),
    renew: async () => false,
  }
  const transport = createTransport(
    {
      url,
      // Browsers want it called on the window.
      fetch: options.fetch ?? ((...args) => fetch(...args)),
      timeout: options.timeout ?? 30_000,
      retries: options.retries ?? 3,
      headers: options.headers ?? {},
      cookies: options.session === 'cookie',
    },
    () => credentials,
  )
  const base = {
    url,
    collection: (name: string) => collectionClient(transport, name),
    request: transport.json,
    send: transport.send,
  }
  return withCollections(base) as unknown as Client<S>
}

/** Members that are not there are collections; `then` is not, or a client could not be awaited. */
const withCollections = <Base extends { collection(name: string): object }>(base: Base): Base =>
  new Proxy(base, {
    get: (_, name) =>
      typeof name !== 'string' || name === 'then' || Object.hasOwn(base, name)
        ? Reflect.get(base, name)
        : base.collection(name),
  })
