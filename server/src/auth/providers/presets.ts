import { readDiscordProfile, readGitHubProfile } from './profiles-by-api.ts'
import type { AskApi, Claims, PresetName, Provider } from './provider.ts'

/** What is known about a service beforehand. */
export interface Preset {
  readonly label: string
  /** Where its metadata is found; and, together with the subject, whose account it is. */
  readonly issuer: (provider: Provider) => string
  readonly scopes: readonly string[]
  /** For services without discovery: OAuth 2 alone, without an id token. */
  readonly withoutDiscovery?: {
    readonly authorization: string
    readonly token: string
    readonly readProfile: (ask: AskApi) => Promise<Claims>
  }
  /** Whether the claims vouch for the address. */
  readonly isVerified: (claims: Claims) => boolean
  /** The answer comes as a form that the browser posts. */
  readonly formPost?: true
}

const isTrue = (value: unknown): boolean => value === true || value === 'true'
const byEmailVerified: Preset['isVerified'] = (claims) => isTrue(claims.email_verified)

/** Any OpenID provider: https://openid.net/specs/openid-connect-core-1_0.html */
const anyIssuer: Preset = {
  label: '',
  issuer: ({ issuer }) => issuer ?? '',
  scopes: ['openid', 'email', 'profile'],
  isVerified: byEmailVerified,
}

/** The services that need no more than a client id and its secret. */
const presets: Readonly<Record<PresetName, Preset>> = {
  google: { ...anyIssuer, label: 'Google', issuer: () => 'https://accounts.google.com' },
  gitlab: { ...anyIssuer, label: 'GitLab', issuer: () => 'https://gitlab.com' },
  microsoft: {
    ...anyIssuer,
    label: 'Microsoft',
    issuer: ({ tenant }) => `https://login.microsoftonline.com/${tenant ?? 'common'}/v2.0`,
    // Any tenant can write any address into its accounts, so only this optional claim says that it owns the domain:
    // https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
    isVerified: ({ xms_edov: owned }) => isTrue(owned) || owned === 1 || owned === '1',
  },
  apple: {
    ...anyIssuer,
    label: 'Apple',
    issuer: () => 'https://appleid.apple.com',
    scopes: ['openid', 'email', 'name'],
    formPost: true,
  },
  github: {
    ...anyIssuer,
    label: 'GitHub',
    // What it sends as `iss` since April 2026.
    issuer: () => 'https://github.com/login/oauth',
    scopes: ['read:user', 'user:email'],
    withoutDiscovery: {
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      readProfile: readGitHubProfile,
    },
  },
  discord: {
    ...anyIssuer,
    label: 'Discord',
    issuer: () => 'https://discord.com',
    scopes: ['identify', 'email'],
    withoutDiscovery: {
      authorization: 'https://discord.com/oauth2/authorize',
      token: 'https://discord.com/api/oauth2/token',
      readProfile: readDiscordProfile,
    },
  },
}

export const presetOf = ({ preset }: Pick<Provider, 'preset'>): Preset =>
  preset === null ? anyIssuer : presets[preset]
