import jwt from 'jsonwebtoken'
import { LRUCache } from 'lru-cache'
import { isUuid } from './is-uuid.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface AccessToken {
  readonly accessToken: string
  /** ISO 8601. */
  readonly expiresAt: string
}

/** What a token proves, once its signature was checked. */
export interface Claims {
  readonly userId: string
  /** The session it belongs to; it ends with that. */
  readonly sessionId: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Which key has signed it. */
  readonly keyId: string
}

/** Whom a token names. */
export interface TokenSubject extends Pick<Claims, 'userId' | 'sessionId'> {
  /** The admin who views as the user: https://www.rfc-editor.org/rfc/rfc8693#section-4.1 */
  readonly actedBy?: string
  /** When they last proved who they are (milliseconds since 1970), and by what, as the session keeps it: "auth_time", "amr". */
  readonly authTime?: number
  readonly amr?: readonly string[]
}

const minutes = 15
const algorithm = 'ES256'
const audience = 'plinth'
const maxLength = 4_096
const maxKept = 10_000

/** What a schema says of a session's user in tokens, for other services. Nothing here ever reads it. */
export type CustomClaims = (sessionId: string) => Promise<Readonly<Record<string, unknown>>>

/** Signs and checks access tokens: JWTs that name a user and a session, and what the schema's claims say of them. */
export class AccessTokens {
  readonly #keys: SigningKeys
  readonly #issuer: string
  readonly #customClaims: CustomClaims
  // Checking a signature costs more than the rest of a small request, so each token's is checked once.
  readonly #checked = new LRUCache<string, Claims>({ max: maxKept })

  constructor(keys: SigningKeys, issuer: string, customClaims: CustomClaims) {
    this.#keys = keys
    this.#issuer = issuer
    this.#customClaims = customClaims
  }

  async sign({ userId, sessionId, actedBy, authTime, amr }: TokenSubject): Promise<AccessToken> {
    const custom = await this.#customClaims(sessionId)
    const { kid, privateKey } = await this.#keys.current()
    const issuedAt = Math.floor(Date.now() / 1000)
    const exp = issuedAt + minutes * 60
    const own = { iss: this.#issuer, aud: audience, sub: userId, iat: issuedAt, exp, sid: sessionId }
    const shown = {
      ...(actedBy !== undefined && { act: { sub: actedBy } }),
      ...(authTime !== undefined && { auth_time: Math.floor(authTime / 1000) }),
      ...(amr !== undefined && { amr }),
    }
    // Ours come last: whatever a schema says, they are what they are.
    const accessToken = jwt.sign({ ...custom, ...own, ...shown }, privateKey, { algorithm, keyid: kid })
    return { accessToken, expiresAt: new Date(exp * 1000).toISOString() }
  }

  /** The claims of a token that is known already; null when it has to be checked. */
  known(token: string): Claims | null {
    const claims = this.#checked.get(token)
    if (claims === undefined) return null
    if (claims.expiresAt > Date.now()) return claims
    this.#checked.delete(token)
    return null
  }

  /** The claims of a token; null for whatever is not a valid token of ours. */
  async check(token: string): Promise<Claims | null> {
    const claims = token.length > maxLength ? null : await this.#verify(token)
    if (claims !== null) this.#checked.set(token, claims)
    return claims
  }

  async #verify(token: string): Promise<Claims | null> {
    const keyId = keyIdOf(token)
    const key = keyId === null ? null : await this.#keys.find(keyId)
    if (keyId === null || key === null) return null
    try {
      // The algorithm is ours to say, never the token's: that is how `none` and HS256 with a public key get in.
      const payload = jwt.verify(token, key, { algorithms: [algorithm], issuer: this.#issuer, audience })
      if (typeof payload === 'string' || payload.exp === undefined) return null
      const { sub = '', exp } = payload
      const sid: unknown = payload['sid']
      if (!isUuid(sub) || typeof sid !== 'string' || !isUuid(sid)) return null
      return { userId: sub, sessionId: sid, expiresAt: exp * 1000, keyId }
    } catch {
      return null
    }
  }
}

function keyIdOf(token: string): string | null {
  try {
    const header = jwt.decode(token, { complete: true })?.header
    return header?.alg === algorithm && typeof header.kid === 'string' ? header.kid : null
  } catch {
    return null
  }
}
