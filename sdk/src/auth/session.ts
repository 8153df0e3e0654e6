/** Who has signed in. */
export interface User {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
}

/** The user who asks, as `db.auth.me()` answers. */
export interface Me extends User {
  /** Whether they have shown that they read the mail to this address. */
  readonly verified?: boolean
  /** A user who has no address yet. */
  readonly anonymous?: true
  /** The admin who only views as this user. */
  readonly viewedBy?: string
  /** A role of theirs asks for a second factor, and they have none: nothing else is open to them. */
  readonly mfaEnrolmentRequired?: true
}

/** What signing in answers. In cookies the tokens are nowhere else. */
export interface SignedIn {
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly expiresAt: string
  readonly user: User
}

/** A session as it is kept. */
export interface KeptSession extends SignedIn {
  /** By this device's clock, which may be wrong: milliseconds since 1970 at which the access token ends. */
  readonly endsAt: number
}

/** What happened to the session, in this tab or in another. */
export interface AuthEvent {
  readonly type: 'signedIn' | 'refreshed' | 'signedOut'
  readonly user: User | null
}

/** The answer of a sign-in, as it is to be kept. */
export function keptSession(answer: SignedIn): KeptSession {
  return { ...answer, endsAt: Date.now() + lifetimeOf(answer) }
}

/** Read out of the token, since only its issuer's clock counts for what it says. */
function lifetimeOf({ accessToken, expiresAt }: SignedIn): number {
  try {
    const payload = (accessToken?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { exp, iat } = JSON.parse(atob(payload))
    if (exp > iat) return (exp - iat) * 1000
  } catch {
    // No JWT: the time it says must do.
  }
  return Date.parse(expiresAt) - Date.now()
}

/** A session that was stored; null where there is none, or what is stored is none. */
export function parseSession(text: string | null): KeptSession | null {
  if (text === null) return null
  const value = parseJson(text)
  const isSession = typeof value === 'object' && value !== null && 'user' in value && 'endsAt' in value
  // Nobody but `keptSession` writes it.
  return isSession ? (value as KeptSession) : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
