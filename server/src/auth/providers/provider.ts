export const presetNames = ['google', 'github', 'microsoft', 'apple', 'gitlab', 'discord'] as const
/** A service that is known beforehand. */
export type PresetName = (typeof presetNames)[number]

/** A service that people sign in with, as an admin has set it up. */
export interface Provider {
  /** In addresses. */
  readonly name: string
  /** On buttons. */
  readonly label: string
  /** Null for an OpenID provider that is found by its issuer. */
  readonly preset: PresetName | null
  readonly issuer: string | null
  /** Microsoft: whose accounts. */
  readonly tenant: string | null
  readonly clientId: string
  /** Apple: the private key of the team, as PEM. Null for a client without a secret. */
  readonly clientSecret: string | null
  /** Apple: who signs, and with which key. */
  readonly teamId: string | null
  readonly keyId: string | null
  /** Null for those that the preset asks for. */
  readonly scopes: readonly string[] | null
  readonly enabled: boolean
}

/** Who a provider says that somebody is. */
export interface Profile {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  /** Whether the provider vouches that the address is theirs. */
  readonly verified: boolean
  readonly name: string | null
}

/** What is told of somebody, as an id token would: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
export type Claims = Readonly<Record<string, unknown>>

/** Asks a provider's API, as who signs in. */
export type AskApi = (url: string) => Promise<unknown>
