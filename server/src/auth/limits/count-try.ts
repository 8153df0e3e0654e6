import { hash } from 'node:crypto'
import type { Session } from '../../database/database.ts'
import { type Limit, type LimitName, limits } from './limits.ts'
import { networkOf } from './network-of.ts'

/** One try, counted. */
export interface Attempt {
  /** Seconds to wait, when there were too many tries. */
  readonly retryAfter: number | null
  /** `RateLimit` and `RateLimit-Policy`: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
  readonly headers: Readonly<Record<string, string>>
  /** Takes the try back: who knows the password may sign in as often as they like. */
  succeeded(): Promise<void>
}

/** What a try is about, and where it comes from. */
export interface Try {
  /** An e-mail address or the id of a user, whether or not there is such an account. */
  readonly account?: string
  readonly address: string
}

interface Counter {
  readonly kind: 'both' | 'network' | 'account'
  readonly key: string
  readonly allowed: number
}

/** Counts a try, for all copies of the server together: one statement, which is the same for accounts that there are not. */
export async function countTry(
  session: Session,
  name: LimitName,
  { account, address }: Try,
  table: Readonly<Record<LimitName, Limit>> = limits,
): Promise<Attempt> {
  const limit = table[name]
  const known =
    account !== undefined && limit.account !== undefined && (await isKnownNetwork(session, account, address))
  const counters = countersOf(name, limit, { account: account?.toLowerCase(), network: networkOf(address) }, known)
  const keys = counters.map((each) => each.key)
  const counted = await count(session, keys, limit.window)
  const states = counters.map(({ key, allowed }) => ({
    allowed,
    ...(counted.get(key) ?? { used: 1, seconds: limit.window }),
  }))
  // What one network is refused must not use up what all networks together have.
  const isTightRefusal = states.some((each, i) => counters[i]?.kind !== 'account' && each.used > each.allowed)
  if (isTightRefusal)
    await takeBack(
      session,
      keys.filter((_, i) => counters[i]?.kind === 'account'),
    )
  const refused = states.filter((each) => each.used > each.allowed).map((each) => each.seconds)
  const retryAfter = refused.length === 0 ? null : Math.max(...refused)
  return {
    retryAfter,
    headers: rateLimitHeaders(limit, states, retryAfter),
    succeeded: () => takeBack(session, keys),
  }
}

/** The name of a network in the tables: addresses of people have no business there. */
export const networkKey = (address: string): string => keyOf(networkOf(address))

// The tightest count comes first: it is the one that the headers tell of.
function countersOf(
  name: LimitName,
  limit: Limit,
  { account, network }: { readonly account: string | undefined; readonly network: string },
  known: boolean,
): readonly Counter[] {
  const counter = (kind: Counter['kind'], allowed: number | undefined, key: string): readonly Counter[] =>
    allowed === undefined ? [] : [{ kind, key: `${name}:${kind}:${key}`, allowed }]
  const byNetwork = counter('network', limit.network, keyOf(network))
  if (account === undefined) return byNetwork
  return [
    ...counter('both', limit.both, `${keyOf(account)}:${keyOf(network)}`),
    ...byNetwork,
    // Somebody else who uses this count up must not keep the owner out where they usually are.
    ...(known ? [] : counter('account', limit.account, keyOf(account))),
  ]
}

/** Whether the account was signed in from this network before. */
async function isKnownNetwork(session: Session, account: string, address: string): Promise<boolean> {
  const rows = await session.run({
    text: `
      select exists (
        select from public.users u join plinth.known_devices d on d.user_id = u.id and d.last_seen >= u.created
        where lower(u.email) = lower($1::text) and d.network = $2::text
      )`,
    values: [account, networkKey(address)],
    name: 'auth-known-network',
  })
  return rows[0]?.[0] === 't'
}

interface Count {
  readonly used: number
  readonly seconds: number
}

// In the order of the keys, so that two requests never wait for each other crosswise.
async function count(session: Session, keys: readonly string[], window: number): Promise<ReadonlyMap<string, Count>> {
  const rows = await session.run({
    text: `
      insert into plinth.tries as t (key, count, ends)
      select key, 1, now() + make_interval(secs => $2::int)
      from unnest($1::text[]) key
      order by key
      on conflict (key) do update set
        count = case when t.ends <= now() then 1 else least(t.count, 1000000) + 1 end,
        ends = case when t.ends <= now() then excluded.ends else t.ends end
      returning key, count, ceil(extract(epoch from ends - now()))::int`,
    values: [keys, window],
    name: 'auth-count-try',
  })
  return new Map(
    rows.map(([key, used, seconds]) => [key ?? '', { used: Number(used), seconds: Math.max(1, Number(seconds)) }]),
  )
}

async function takeBack(session: Session, keys: readonly string[]): Promise<void> {
  await session.run({
    text: `
      with ours as (select key from plinth.tries where key = any($1::text[]) order by key for update)
      update plinth.tries t set count = greatest(t.count - 1, 0) from ours where t.key = ours.key`,
    values: [keys],
    name: 'auth-take-back',
  })
}

function rateLimitHeaders(
  { policy, window }: Limit,
  states: readonly (Count & { readonly allowed: number })[],
  retryAfter: number | null,
): Readonly<Record<string, string>> {
  const [{ allowed, used, seconds } = { allowed: 0, used: 0, seconds: window }] = states
  return {
    'RateLimit-Policy': `"${policy}";q=${allowed};w=${window}`,
    RateLimit: `"${policy}";r=${retryAfter === null ? Math.max(0, allowed - used) : 0};t=${Math.max(seconds, retryAfter ?? 0)}`,
  }
}

const keyOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** Forgets the tries whose window is over. */
export async function forgetTries(session: Session): Promise<void> {
  await session.run({ text: 'delete from plinth.tries where ends < now()', values: [] })
}
