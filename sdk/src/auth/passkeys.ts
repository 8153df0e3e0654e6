import type { AuthCalls } from './auth-calls.ts'
import type { User } from './session.ts'

/**
 * Passkeys. The options are what a browser asks for, and a passkey is what it answers, both as JSON:
 * `PublicKeyCredential.parseRequestOptionsFromJSON`, `parseCreationOptionsFromJSON` and `toJSON`.
 */
export interface Passkeys {
  /**
   * @example
   * const { options } = await db.auth.passkeys.signInOptions()
   * const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
   * await db.auth.passkeys.signIn((await navigator.credentials.get({ publicKey })).toJSON())
   */
  signInOptions(): Promise<{ readonly options: unknown }>
  signIn(passkey: unknown): Promise<User>
  registerOptions(): Promise<{ readonly options: unknown }>
  /** Adds one. The first factor of a user brings recovery codes, which are never shown again. */
  register(passkey: unknown, name?: string): Promise<{ readonly recoveryCodes?: readonly string[] }>
}

export const passkeys = ({ enter, ask }: AuthCalls): { readonly passkeys: Passkeys } => ({
  passkeys: {
    signInOptions: () => ask('POST', 'passkeys/sign-in/options'),
    signIn: (passkey) => enter('passkeys/sign-in', { passkey }),
    registerOptions: () => ask('POST', 'passkeys/register/options'),
    register: (passkey, name) => ask('POST', 'passkeys/register', { passkey, ...(name !== undefined && { name }) }),
  },
})
