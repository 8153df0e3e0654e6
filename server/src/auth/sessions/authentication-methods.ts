import type { SecondProof, SignInMethod } from './session.ts'

// The names of RFC 8176 where it has one: https://www.rfc-editor.org/rfc/rfc8176#section-2
const first: Readonly<Record<SignInMethod, readonly string[]>> = {
  password: ['pwd'],
  magicLink: ['email'],
  code: ['email'],
  oidc: ['fed'],
  passkey: ['pop'],
  anonymous: [],
}
const more: Readonly<Record<SecondProof, readonly string[]>> = {
  totp: ['otp', 'mfa'],
  passkey: ['pop', 'mfa'],
  recoveryCode: ['recovery', 'mfa'],
}

/** By what somebody has proved who they are, as sessions keep it and tokens say it (`amr`). */
export const authenticationMethods = (method: SignInMethod, second?: SecondProof): readonly string[] => [
  ...new Set([...first[method], ...(second === undefined ? [] : more[second])]),
]

/** The same for a second factor that was shown in a session that goes on. */
export const furtherMethods = (second: SecondProof): readonly string[] => more[second]
