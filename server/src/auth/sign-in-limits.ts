import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from '../database/database.ts'

/** One try at signing in, counted. */
export interface Attempt {
  /** Seconds to wait, when there were too many tries. */
  readonly retryAfter: number | null
  /** `RateLimit` and `RateLimit-Policy`: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
  readonly headers: Readonly<Record<string, string>>
  /** Takes the try back: who knows the password may sign in as often as they like. */
  succeeded(): Promise<void>
}

export interface SignInLimits {
  attempt(email: string, address: string): Promise<Attempt>
}

const window = 15 * 60

/**
 * Tries within a quarter of an hour. The tight limit is on an account from one network: were it on the account alone,
 * anybody could lock anybody out. The loose ones stop one network that tries many accounts, and many networks that try
 * one account.
 */
const allowed = { both: 10, network: 100, account: 200 }

/** Limits guessing of passwords, over all copies of the server together. */
export function signInLimits(database: Database, points: typeof allowed = allowed): SignInLimits {
  const limiter = (keyPrefix: keyof typeof allowed) =>
    new RateLimiterPostgres({
      storeClient: database.knex,
      storeType: 'knex',
      schemaName: 'plinth',
      tableName: 'sign_in_tries',
      tableCreated: true,
      keyPrefix,
      points: points[keyPrefix],
      duration: window,
    })
  const limiters = [limiter('both'), limiter('network'), limiter('account')] as const

  return {
    attempt: async (email, address) => {
      const account = keyOf(email.toLowerCase())
      const network = keyOf(networkOf(address))
      const keys = [`${account}:${network}`, network, account]
      const counted = await Promise.all(limiters.map((each, i) => count(each, keys[i] ?? '')))
      const refused = counted.filter((each) => each.refused).map((each) => each.seconds)
      const [{ remaining, seconds } = { remaining: 0, seconds: window }] = counted
      return {
        retryAfter: refused.length === 0 ? null : Math.max(...refused),
        headers: {
          'RateLimit-Policy': `"sign-in";q=${points.both};w=${window}`,
          RateLimit: `"sign-in";r=${refused.length === 0 ? remaining : 0};t=${Math.max(seconds, ...refused)}`,
        },
        succeeded: async () => {
          await Promise.all(limiters.map((each, i) => each.reward(keys[i] ?? '', 1)))
        },
      }
    },
  }
}

interface Counted {
  readonly refused: boolean
  readonly remaining: number
  readonly seconds: number
}

async function count(limiter: RateLimiterPostgres, key: string): Promise<Counted> {
  try {
    return countedOf(await limiter.consume(key), false)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return countedOf(refusal, true)
    throw refusal
  }
}

const countedOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes, refused: boolean): Counted => ({
  refused,
  remaining: remainingPoints,
  seconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
})

// Addresses of people have no business in a table of tries.
const keyOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** A household gets 2^64 addresses of IPv6, so its network is what counts. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const { hostname } = new URL(`http://[${plain.split('%')[0]}]`)
  return expand(hostname.slice(1, -1)).slice(0, 4).join(':')
}

function expand(address: string): readonly string[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left
  const right = tail === '' ? [] : tail.split(':')
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
}
