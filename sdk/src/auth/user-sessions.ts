import { segment } from '../http/segment.ts'
import type { Transport } from '../http/transport.ts'

/** One of the places where a user is signed in. */
export interface UserSession {
  readonly id: string
  readonly method: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly expiresAt: string
  readonly userAgent: string | null
  readonly address: string | null
  /** Whether it is the session that asks. */
  readonly current: boolean
}

export interface UserSessions {
  list(): Promise<readonly UserSession[]>
  revoke(id: string): Promise<void>
}

export const userSessions = (transport: Transport): UserSessions => ({
  list: async () => {
    const answer = await transport.json('GET', '/api/auth/sessions')
    // The server answers every list of sessions in this shape.
    return (answer as { readonly items: readonly UserSession[] }).items
  },
  revoke: async (id) => {
    await transport.json('DELETE', `/api/auth/sessions/${segment(id)}`, { repeatable: true })
  },
})
