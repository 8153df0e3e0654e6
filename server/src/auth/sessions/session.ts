import type { Database } from '../../database/database.ts'
import type { AccessToken, AccessTokens } from '../access-tokens.ts'
import type { User } from '../users.ts'

/** What sessions need of the rest of sign-in. */
export interface SessionDeps {
  readonly database: Database
  readonly tokens: AccessTokens
  /** After how many days a session that is not used ends. */
  readonly sessionDays: number
  /** Called with whoever has signed in, before they are answered. */
  readonly onStarted: (user: User, origin: Origin) => Promise<void>
  /** Called with sessions that were ended, so that this copy forgets them at once; the others do within a second. */
  readonly onEnded: (sessionIds: readonly string[]) => void
}

/** How somebody proved who they are. */
export type SignInMethod = 'password' | 'magicLink' | 'code' | 'oidc' | 'passkey' | 'anonymous'

/** What a second factor is proved by. */
export const secondProofs = ['totp', 'passkey', 'recoveryCode'] as const
export type SecondProof = (typeof secondProofs)[number]

/** From where a request comes, for the lists of sessions and events. */
export interface Origin {
  readonly userAgent: string | null
  readonly address: string | null
  /** The language that the browser asks for first, as templates of mails are named. */
  readonly language?: string
}

/** What who signs in gets. */
export interface SignedIn extends AccessToken {
  /** Gets the next access token, once: every use answers its successor. */
  readonly refreshToken: string
  readonly user: User
}

/** What who has shown one factor gets in place of a session, where they have a second. */
export interface MfaRequired {
  readonly mfaRequired: true
  /** Stands for the factor that was shown; with a second one it gets a session, once. It opens nothing else. */
  readonly ticket: string
  /** ISO 8601. */
  readonly expiresAt: string
  /** What may be shown. */
  readonly factors: readonly SecondProof[]
}

/** What every way in answers. */
export type SignInAnswer = SignedIn | MfaRequired
