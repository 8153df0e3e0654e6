import { Problem } from '@plinth/schema'
import { type Actor, anonymous } from '../../../src/access/actor.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open-catalog.ts'
import type { Database } from '../../../src/database/database.ts'
import { connect } from '../../../src/database/connect.ts'
import { compileComputed } from '../../../src/query/compile-computed.ts'
import { type Channels, openChannels } from '../../../src/realtime/channels/open-channels.ts'
import type { Connection } from '../../../src/realtime/connection.ts'
import { Admission } from '../../../src/realtime/subscriptions/admission.ts'
import { JsonText } from '../../../src/realtime/json-text.ts'
import type { RecordsDeps } from '../../../src/records/operation.ts'
import { PlanCache } from '../../../src/records/plan-cache.ts'
import { type Fixture, type Members, recordsFixture, type Schema } from '../../records/fixture.ts'

/** An event as a client gets it. */
export interface Event {
  readonly name: string
  readonly body: Members
}

/** A client of channels, without the wire. */
export interface Client {
  /** Sends a message and answers its acknowledgement. */
  call(name: string, body: unknown): Promise<Members>
  /** The code of the problem that a message is refused with. */
  refusal(name: string, body: unknown): Promise<string>
  readonly events: readonly Event[]
  /** Waits until an event of this name fits, and answers it. */
  event(name: string, fits?: (body: Members) => boolean): Promise<Members>
  become(actor: Actor): void
  /** From now on it takes nothing. */
  stall(): void
  close(): void
}

export interface Copy {
  readonly channels: Channels
  client(actor?: Actor): Client
  close(): Promise<void>
}

/** What carries channels from copy to copy, and how it can fail. */
export interface Carrier {
  readonly redisUrl: string | null
  /** Has all take the copy of a present member for gone. */
  loseCopyOf(member: string): Promise<void>
  loseEverything(): Promise<void>
  close(): Promise<void>
}

export interface ChannelWorld {
  readonly fixture: Fixture
  readonly carrier: Carrier
  readonly one: Copy
  readonly two: Copy
  close(): Promise<void>
}

const limits = { channelsPerSocket: 5, payloadBytes: 65_536, membersShown: 3 }

/** Two copies of the server, as far as channels are concerned, on one database. */
export async function channelWorld(
  schema: Schema,
  openCarrier: (database: Database) => Promise<Carrier>,
): Promise<ChannelWorld> {
  const fixture = await recordsFixture(schema)
  const carrier = await openCarrier(fixture.database)
  const one = copyOf(fixture.deps, fixture.catalog, carrier)
  const database = await connect({ url: fixture.url, max: 4 })
  const catalog = await openCatalog(database, compileComputed)
  const two = copyOf({ ...fixture.deps, database, catalog, plans: new PlanCache() }, catalog, carrier)
  return {
    fixture,
    carrier,
    one,
    two,
    close: async () => {
      await Promise.all([one.close(), two.close()])
      await carrier.close()
      await catalog.close()
      await database.close()
      await fixture.close()
    },
  }
}

function copyOf(records: RecordsDeps, catalog: Catalog, { redisUrl }: Carrier): Copy {
  const channels = openChannels({
    ...limits,
    records,
    catalog,
    redisUrl,
    admission: new Admission(4, 1_000),
    onError: () => {},
  })
  return { channels, client: (actor = anonymous) => clientOf(channels, actor), close: channels.close }
}

function clientOf({ messages }: Channels, first: Actor): Client {
  const events: Event[] = []
  const closing = new AbortController()
  const listeners = new Set<(actor: Actor) => void>()
  const waiting = new Set<() => void>()
  const state = { actor: first, full: false }
  const take = (name: string, payload: object): void => {
    const text = payload instanceof JsonText ? payload.text : JSON.stringify(payload)
    events.push({ name, body: JSON.parse(text) as Members })
    for (const look of waiting) look()
  }
  const connection: Connection = {
    id: crypto.randomUUID(),
    get actor() {
      return state.actor
    },
    send: (name, payload) => {
      if (!state.full) take(name, payload)
      return !state.full
    },
    notify: take,
    onActorChanged: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    closed: closing.signal,
  }
  const call: Client['call'] = (name, body) => {
    const kind = messages.find((each) => each.name === name)
    if (kind === undefined) throw new Error(`there is no message ${name}`)
    return kind.answer(connection, body)
  }
  return {
    call,
    events,
    refusal: async (name, body) => {
      const outcome = await call(name, body).catch((error: unknown) => error)
      return outcome instanceof Problem ? outcome.code : `was answered ${JSON.stringify(outcome)}`
    },
    event: (name, fits = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((each) => each.name === name && fits(each.body))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found.body)
        }
        waiting.add(look)
        look()
      }),
    become: (actor) => {
      state.actor = actor
      for (const listener of listeners) listener(actor)
    },
    stall: () => {
      state.full = true
    },
    close: () => closing.abort(),
  }
}
