/** How many tries a route takes within a window. Each kind of count is left out where it means nothing. */
export interface Limit {
  /** As the `RateLimit` headers name it. */
  readonly policy: string
  /** Seconds. */
  readonly window: number
  /** For one account from one network. Tight, since it can keep nobody else out. */
  readonly both?: number
  /** For one network, which may try many accounts. */
  readonly network?: number
  /**
   * For one account from all networks together that it was never signed in from. Whoever uses it up keeps the owner out
   * of nothing but new networks, and for one window at most.
   */
  readonly account?: number
}

const minute = 60
const hour = 60 * minute

/**
 * Every limit on the ways in, in one place. A code has a million values and five tries, so 8 codes an hour for an account
 * are 40 guesses: a month of that finds one code in 35, and floods the owner with 5,760 mails that say so.
 */
export const limits = {
  signIn: { policy: 'sign-in', window: 15 * minute, both: 10, network: 100, account: 200 },
  signUp: { policy: 'sign-up', window: hour, both: 5, network: 30, account: 20 },
  anonymous: { policy: 'anonymous', window: hour, network: 60 },
  refresh: { policy: 'refresh', window: minute, network: 600 },
  verifyEmail: { policy: 'verify-email', window: hour, both: 5, network: 60, account: 10 },
  magicLink: { policy: 'magic-link', window: hour, both: 5, network: 60, account: 10 },
  code: { policy: 'code', window: hour, both: 5, network: 60, account: 8 },
  reset: { policy: 'reset', window: hour, both: 5, network: 60, account: 10 },
  // Who is asked for their password again, and everything else that is done while signed in.
  confirmPassword: { policy: 'confirm-password', window: 15 * minute, both: 10, network: 100, account: 100 },
  changeEmail: { policy: 'change-email', window: hour, both: 5, network: 60, account: 10 },
  // Three of a million codes are right at a time. Whoever knows the password and has any number of networks has 50 tries a
  // day, so a month of that finds a code once in 220. From a network that the owner uses it is 10 an hour: once in 46.
  secondFactor: { policy: 'second-factor', window: hour, both: 10, network: 100, account: 30 },
  secondFactorDay: { policy: 'second-factor-day', window: 24 * hour, network: 1_000, account: 50 },
  // Asking for a challenge is no try; this only spares the database.
  challenge: { policy: 'challenge', window: 15 * minute, network: 240 },
  // Links and tickets are too long to guess; this only spares the database.
  provider: { policy: 'provider', window: 15 * minute, network: 120 },
  redeem: { policy: 'redeem', window: 15 * minute, network: 120 },
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof limits
