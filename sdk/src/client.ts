import { type Auth, createAuth } from './auth/auth.ts'
import { SessionKeeper } from './auth/session-keeper.ts'
import type { ClientOptions } from './client-options.ts'
import type { CallOptions, RequestOptions } from './http/request-options.ts'
import { createTransport, type Credentials } from './http/transport.ts'
import { realtimeDoor } from './realtime/door.ts'
import { collectionClient } from './records/collection-client.ts'
import { runBatch } from './records/run-batch.ts'
import { defaultStorage } from './storage/default-storage.ts'
import type { Answered, AtOnce, Batch } from './types/batch.ts'
import type { Channel } from './types/channel.ts'
import type { CollectionClient } from './types/collection-client.ts'
import type { CollectionName, OfSchema, SchemaShape } from './types/schema-shape.ts'
import { withCollections } from './with-collections.ts'

/** The part of a client that does not depend on the schema. */
export interface ClientBase<S extends SchemaShape> extends OfSchema<S> {
  readonly url: string
  readonly auth: Auth
  /** A collection by its name, also where that is the name of another member, or only known when the program runs. */
  collection<C extends CollectionName<S>>(name: C): CollectionClient<S, C>
  /**
   * Runs up to 1,000 operations in one transaction: all or none. The function plans them at once, and what it returns comes
   * back with answers in the place of operations.
   *
   * @example
   * const { post } = await db.batch((b) => {
   *   const author = b.authors.create({ name: 'Grace' })
   *   return { post: b.posts.create({ title: 'By Grace', author: author.id }) }
   * })
   * @throws PlinthError whose `details.operation` is the number of the one that failed
   */
  batch<const R>(build: (batch: Batch<S>) => R & AtOnce<R>, options?: CallOptions): Promise<Answered<R>>
  /**
   * A channel by its name, for messages and presence.
   *
   * @example
   * const room = await db.channel('room:1').join({ onMessage: ({ event, payload }) => show(event, payload) })
   */
  channel(name: string): Channel
  /** Calls any route, and answers the JSON of its answer: the caller knows its type. */
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
  const base = url.replace(/\/+$/, '')
  const cookies = options.session === 'cookie'
  const transport = createTransport(
    {
      url: base,
      // Browsers want it called on the window.
      fetch: options.fetch ?? ((...args) => fetch(...args)),
      timeout: options.timeout ?? 30_000,
      retries: options.retries ?? 3,
      headers: options.headers ?? {},
      cookies,
    },
    () => credentials,
  )
  const storage = options.storage ?? defaultStorage()
  const keeper = new SessionKeeper({ name: `plinth:${base}`, storage, cookies, transport })
  const credentials: Credentials = options.token === undefined ? keeper : given(options.token)
  const realtime = realtimeDoor({
    url: base,
    headers: options.headers ?? {},
    cookies,
    credentials,
    keeper: options.token === undefined ? keeper : null,
    places: options.places ?? defaultStorage(),
  })
  const client = withCollections({
    url: base,
    auth: createAuth(transport, keeper, cookies),
    collection: (name: string) => collectionClient(transport, realtime, name),
    channel: realtime.channel,
    batch: (build: (batch: object) => unknown, call: CallOptions = {}) => runBatch(transport, build, call),
    request: transport.json,
    send: transport.send,
  })
  // The schema is known to the type alone: at run time, every name is a collection.
  return client as unknown as Client<S>
}

/** A token that somebody else looks after. */
const given = (token: NonNullable<ClientOptions['token']>): Credentials => ({
  token: async () => (typeof token === 'function' ? token() : token),
  renew: async (refused) => typeof token === 'function' && (await token()) !== refused,
})
