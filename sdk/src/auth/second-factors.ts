import { segment } from '../http/segment.ts'
import type { AuthCalls } from './auth-calls.ts'
import type { PlinthError } from '../plinth-error.ts'
import type { User } from './session.ts'

/** What proves a second factor: one of these. A passkey is what the browser answered, as JSON. */
export type Proof = { readonly code: string } | { readonly recoveryCode: string } | { readonly passkey: unknown }

/** A second factor of who is signed in. */
export interface Factor {
  readonly id: string
  readonly kind: 'totp' | 'passkey'
  readonly name: string
  readonly created: string
  readonly lastUsed: string | null
  /** Whether a passkey is kept in more places than one; null for others. */
  readonly backedUp: boolean | null
}

/** An app for codes that is to be added: `qr` is an SVG of `uri`. */
export interface NewTotp {
  readonly id: string
  readonly secret: string
  readonly uri: string
  readonly qr: string
}

export interface SecondFactors {
  /**
   * Ends a sign-in that failed with the code `mfaRequired`: takes its error, or the `ticket` that is in its `details`.
   *
   * @example
   * await db.auth.signIn(credentials).catch((error) => {
   *   if (error.code !== 'mfaRequired') throw error
   *   return db.auth.signInWithFactor(error, { code: prompt('Code') })
   * })
   */
  signInWithFactor(stopped: PlinthError | string, proof: Proof): Promise<User>
  /** To ask the browser for a passkey that ends such a sign-in. */
  factorOptions(stopped: PlinthError | string): Promise<{ readonly options: unknown }>
  /** Proves anew who one is, after a request that failed with `stepUpRequired`; then it can be sent once more. */
  stepUp(proof: Proof | { readonly password: string }): Promise<void>
  stepUpOptions(): Promise<{ readonly options: unknown }>
  readonly factors: {
    /** The oldest first, and how many recovery codes are left. */
    list(): Promise<{ readonly items: readonly Factor[]; readonly recoveryCodes: number }>
    addTotp(name?: string): Promise<NewTotp>
    /** The first factor of a user brings recovery codes, which are never shown again. */
    confirmTotp(id: string, code: string): Promise<{ readonly recoveryCodes?: readonly string[] }>
    rename(id: string, name: string): Promise<void>
    remove(id: string): Promise<void>
    renewRecoveryCodes(): Promise<{ readonly recoveryCodes: readonly string[] }>
  }
}

const ticketOf = (stopped: PlinthError | string): unknown =>
  typeof stopped === 'string' ? stopped : stopped.details['ticket']

export const secondFactors = ({ tell, enter, ask }: AuthCalls): SecondFactors => ({
  signInWithFactor: (stopped, proof) => enter('mfa', { ticket: ticketOf(stopped), ...proof }),
  factorOptions: (stopped) => ask('POST', 'mfa/options', { ticket: ticketOf(stopped) }),
  stepUp: (proof) => tell('step-up', proof),
  stepUpOptions: () => ask('POST', 'step-up/options'),
  factors: {
    list: () => ask('GET', 'factors'),
    addTotp: (name) => ask('POST', 'factors/totp', name === undefined ? {} : { name }),
    confirmTotp: (id, code) => ask('POST', `factors/totp/${segment(id)}/confirm`, { code }),
    rename: (id, name) => ask('PATCH', `factors/${segment(id)}`, { name }),
    remove: (id) => ask('DELETE', `factors/${segment(id)}`),
    renewRecoveryCodes: () => ask('POST', 'factors/recovery-codes'),
  },
})
