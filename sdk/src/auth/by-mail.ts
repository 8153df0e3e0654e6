import type { AuthCalls, PasswordCredentials, PasswordWithToken } from './auth-calls.ts'
import type { User } from './session.ts'

/** Ways in by mail, and what else is confirmed by it. Whether an address is anybody's is told to nobody. */
export interface ByMail {
  sendMagicLink(email: string): Promise<void>
  signInWithMagicLink(token: string): Promise<User>
  /** Mails a code of six digits; the ticket stays with who asked for it. */
  sendCode(email: string): Promise<{ readonly ticket: string }>
  signInWithCode(tried: { readonly ticket: string; readonly code: string }): Promise<User>
  sendPasswordReset(email: string): Promise<void>
  /** Ends all sessions. */
  resetPassword(reset: PasswordWithToken): Promise<void>
  sendVerification(email: string): Promise<void>
  verifyEmail(token: string): Promise<void>
  /** Mails a token for `confirmEmail` to the new address. */
  changeEmail(change: PasswordCredentials): Promise<void>
  confirmEmail(token: string): Promise<void>
}

export const byMail = ({ tell, enter, ask }: AuthCalls): ByMail => ({
  sendMagicLink: (email) => tell('magic-link', { email }),
  signInWithMagicLink: (token) => enter('magic-link/sign-in', { token }),
  sendCode: (email) => ask('POST', 'code', { email }),
  signInWithCode: (tried) => enter('code/sign-in', tried),
  sendPasswordReset: (email) => tell('reset', { email }),
  resetPassword: (reset) => tell('reset/confirm', reset),
  sendVerification: (email) => tell('verify-email/request', { email }),
  verifyEmail: (token) => tell('verify-email', { token }),
  changeEmail: (change) => tell('email', change),
  confirmEmail: (token) => tell('email/confirm', { token }),
})
