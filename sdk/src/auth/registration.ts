import type { AuthCalls, PasswordCredentials, PasswordWithToken } from './auth-calls.ts'
import type { User } from './session.ts'

/** Becoming a user. */
export interface Registration {
  /** Asks for an account; the mail to the address holds the token for `confirmSignUp`. Further members are fields of `users`. */
  signUp(account: PasswordCredentials & Readonly<Record<string, unknown>>): Promise<void>
  confirmSignUp(confirmation: PasswordWithToken): Promise<User>
  signInAnonymously(): Promise<User>
  /** Gives an anonymous user an address; confirmed by `confirmSignUp`. */
  upgrade(account: PasswordCredentials): Promise<void>
  acceptInvite(invitation: PasswordWithToken): Promise<User>
  /** Makes the first admin, by the one-time link of the server's log. */
  setUp(account: PasswordCredentials & { readonly token: string }): Promise<User>
}

export const registration = ({ tell, enter }: AuthCalls): Registration => ({
  signUp: (account) => tell('sign-up', account),
  confirmSignUp: (confirmation) => enter('sign-up/confirm', confirmation),
  signInAnonymously: () => enter('anonymous'),
  upgrade: (account) => tell('upgrade', account),
  acceptInvite: (invitation) => enter('invite/accept', invitation),
  setUp: (account) => enter('setup', account),
})
