import type { IncomingMessage } from 'node:http'
import type { Actor } from '../../access/actor.ts'

/** What realtime needs of sign-in. */
export interface SignIn {
  /** Who asks, by what would stand in an `Authorization` header. @throws Problem invalidToken */
  authenticate(authorization: string | undefined): Actor | Promise<Actor>
  /** The credential that a handshake's headers carry, or its cookies. @throws Problem crossSite */
  credentialOf(handshake: IncomingMessage): string | undefined
  /** Looks sessions up anew when they are asked for next. */
  forgetSessions(ids: readonly string[]): void
  /** Sessions that have ended within the last minute. */
  endedSessions(): Promise<readonly string[]>
}

/** When an access token ends, in milliseconds since 1970. It was verified before; null for what has no end of its own. */
export function endOf(credential: string | undefined): number | null {
  const payload = credential?.split('.')[1]
  if (payload === undefined) return null
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null
    return typeof exp === 'number' ? exp * 1000 : null
  } catch {
    return null
  }
}
