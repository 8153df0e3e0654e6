import type { Rows, Statement } from '../../../database/database.ts'
import type {
  BroadcastEvent,
  ChannelEvent,
  Delivery,
  Place,
  PresenceEvent,
  PresenceList,
} from '../channel-transport.ts'

/** After so many seconds without a sign of life a copy is gone. */
const goneSeconds = 7
/** For so long every copy has time to read an event, and then nobody needs it any more, unless it is kept. */
const readSeconds = 30
/** Of several copies one sweeps at a time. Any number, as long as it never changes. */
const sweepLock = 7_045_231_011
const mostKeptBytes = 256 * 1024 * 1024

const statement = (text: string, values: readonly unknown[]): Statement => ({ text, values: [...values] })

/** Says that this copy is there. */
export const register = (copy: string): Statement =>
  statement(`insert into plinth.channel_copies (id) values ($1::uuid) on conflict (id) do update set seen = now()`, [
    copy,
  ])

/** Where reading starts: a row `[snapshot]`. */
export const snapshotNow = statement('select pg_current_snapshot()::text', [])

/** Says that this copy is still there: a row `[whether it was known, how many others there are]`. */
export const beat = (copy: string): Statement => ({
  name: 'channel-beat',
  text: `
    with seen as (update plinth.channel_copies set seen = now() where id = $1::uuid returning id)
    select
      (select count(*) from seen),
      (select count(*) from plinth.channel_copies
       where id <> $1::uuid and seen > now() - interval '${goneSeconds} seconds')`,
  values: [copy],
})

/**
 * Lets the members of copies that are gone leave: whoever deletes such a row tells all, and only one can. Two rows of
 * `channel_copies` are the most that is read while all is well.
 */
export const sweepMembers: Statement = {
  name: 'channel-sweep-members',
  text: `
    with turn as (
      select pg_try_advisory_xact_lock(${sweepLock}) as mine
    ), gone as (
      delete from plinth.channel_members m
      where (select mine from turn) and not exists (
        select from plinth.channel_copies c
        where c.id = m.copy and c.seen > now() - interval '${goneSeconds} seconds')
      returning m.id, m.copy, m.channel, m.user_id
    ), told as (
      insert into plinth.channel_events (copy, kind, channel, member, user_id)
      select copy, 'leave', channel, id, user_id from gone
      returning seq
    ), forgotten as (
      delete from plinth.channel_copies where (select mine from turn) and seen < now() - interval '${goneSeconds} seconds'
    )
    select count(*) from told`,
  values: [],
}

/** Forgets what every copy has read, but for the latest messages of channels that keep some, for a day at most. */
export const sweepEvents: Statement = {
  name: 'channel-sweep-events',
  text: `
    with turn as (
      select pg_try_advisory_xact_lock(${sweepLock}) as mine
    ), kept as (
      select
        seq, keep, row_number() over (partition by channel order by seq desc) as place,
        sum(octet_length(payload)) over (order by seq desc) as bytes
      from plinth.channel_events
      where keep > 0
    )
    delete from plinth.channel_events e
    where (select mine from turn)
      and e.at < now() - interval '${readSeconds} seconds'
      and (
        e.keep = 0
        or e.at < now() - interval '1 day'
        or e.seq in (select seq from kept where place > keep or bytes > ${mostKeptBytes}))`,
  values: [],
}

/** All members of this copy leave, and the copy itself. */
export const unregister = (copy: string): Statement =>
  statement(
    `with gone as (
       delete from plinth.channel_members where copy = $1::uuid returning id, channel, user_id
     ), told as (
       insert into plinth.channel_events (copy, kind, channel, member, user_id)
       select $1::uuid, 'leave', channel, id, user_id from gone
     )
     delete from plinth.channel_copies where id = $1::uuid`,
    [copy],
  )

/** Writes events and what they do to the list of who is present: rows `[txid, at]` in their order. */
export function publishEvents(copy: string, events: readonly ChannelEvent[]): Statement {
  const column = <T>(pick: (event: ChannelEvent) => T): readonly T[] => events.map(pick)
  const broadcast = (event: ChannelEvent): BroadcastEvent | null => (event.kind === 'broadcast' ? event : null)
  const last = new Map<string, PresenceEvent>()
  for (const event of events) if (event.kind !== 'broadcast') last.set(event.member, event)
  const present = [...last.values()].filter(({ state }) => state !== null)
  const gone = [...last.values()].filter(({ state }) => state === null)
  return {
    name: 'channel-publish',
    text: publishText,
    values: [
      copy,
      column(({ kind }) => kind),
      column(({ channel }) => channel),
      column(({ member }) => member),
      column(({ user }) => user),
      column((event) => broadcast(event)?.event ?? null),
      column((event) => (event.kind === 'broadcast' ? event.payload : event.state)),
      column((event) => broadcast(event)?.echo ?? false),
      column((event) => broadcast(event)?.keep ?? 0),
      present.map(({ member }) => member),
      present.map(({ channel }) => channel),
      present.map(({ user }) => user),
      present.map(({ state }) => state),
      gone.map(({ member }) => member),
    ],
  }
}

const publishText = `
  with sent as (
    insert into plinth.channel_events (copy, kind, channel, member, user_id, event, payload, echo, keep)
    select $1::uuid, kind, channel, member, user_id, event, payload, echo, keep
    from unnest(
      $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::boolean[], $9::int[]
    ) with ordinality as given (kind, channel, member, user_id, event, payload, echo, keep, place)
    order by place
    returning seq, txid, at
  ), present as (
    insert into plinth.channel_members (copy, id, channel, user_id, state)
    select $1::uuid, * from unnest($10::uuid[], $11::text[], $12::uuid[], $13::text[])
    on conflict (id) do update set state = excluded.state
  ), gone as (
    delete from plinth.channel_members where id = any($14::uuid[])
  )
  select txid, to_jsonb(at) #>> '{}' from sent order by seq`

/** What other copies have published that a snapshot could not see: rows `[snapshot, known, …event]`, at least one. */
export const unseenEvents = (copy: string, { xmax, running }: SeenEvents): Statement => ({
  name: 'channel-unseen',
  text: `
    select
      pg_current_snapshot()::text, exists (select from plinth.channel_copies where id = $1::uuid),
      txid, to_jsonb(at) #>> '{}', kind, channel, member, user_id, event, payload, echo, keep
    from (values (1)) once
    left join lateral (
      select * from plinth.channel_events
      where ((txid >= $2::xid8 and txid < pg_snapshot_xmax(pg_current_snapshot())) or txid = any($3::xid8[]))
        and copy <> $1::uuid
    ) unseen on true
    order by seq`,
  values: [copy, xmax, `{${running}}`],
  maxBytes: 64 * 1024 * 1024,
})

/** What a snapshot has seen: everything below `xmax` but for what was `running`. */
export interface SeenEvents {
  readonly xmax: string
  readonly running: string
}

/** Reads the text of `pg_current_snapshot()`: `xmin:xmax:xip,xip`. */
export function seenBy(snapshot: string): SeenEvents {
  const [, xmax = '0', running = ''] = snapshot.split(':')
  return { xmax, running }
}

/** What such a snapshot has seen, for events that come later. */
export function placeOf(snapshot: string): Place {
  const { xmax, running } = seenBy(snapshot)
  const end = BigInt(xmax)
  const unseen = new Set(running === '' ? [] : running.split(',').map(BigInt))
  return { covers: ({ written }) => written < end && !unseen.has(written) }
}

/** The latest messages that are kept, and what the statement could see: rows `[snapshot, …event]`, at least one. */
export const keptEvents = (channel: string, last: number): Statement => ({
  name: 'channel-kept',
  text: `
    select
      pg_current_snapshot()::text,
      txid, to_jsonb(at) #>> '{}', kind, channel, member, user_id, event, payload, echo, keep
    from (values (1)) once
    left join lateral (
      select * from plinth.channel_events
      where channel = $1 and keep > 0 and at > now() - interval '1 day'
      order by seq desc
      limit $2::int
    ) latest on true
    order by seq`,
  values: [channel, last],
})

export const presentMembers = (channel: string, limit: number): Statement => ({
  name: 'channel-present',
  text: `
    select (select count(*) from plinth.channel_members where channel = $1), id, user_id, state
    from (values (1)) once
    left join lateral (
      select * from plinth.channel_members where channel = $1 order by since, id limit $2::int
    ) shown on true`,
  values: [channel, limit],
})

export const parsePresent = (rows: Rows): PresenceList => ({
  count: Number(rows[0]?.[0] ?? 0),
  shown: rows.flatMap(([, member, user = null, state]) => (member && state ? [{ member, user, state }] : [])),
})

/** An event out of the columns that the statements above list. */
export function parseDelivery(row: Rows[number]): Delivery {
  const [written, at, kind, channel, member, user = null, event, payload = null, echo, keep] = row
  if (!written || !at || !kind || !channel || !member)
    throw new Error('An event of a channel lacks what every event has.')
  const origin = { channel, member, user }
  return {
    written: BigInt(written),
    at,
    event:
      kind === 'broadcast'
        ? { kind, ...origin, event: event ?? '', payload: payload ?? 'null', echo: echo === 't', keep: Number(keep) }
        : { kind: presenceKind(kind), ...origin, state: payload },
  }
}

const presenceKind = (kind: string): PresenceEvent['kind'] => (kind === 'join' || kind === 'update' ? kind : 'leave')
