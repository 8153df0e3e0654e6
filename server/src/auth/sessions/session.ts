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
