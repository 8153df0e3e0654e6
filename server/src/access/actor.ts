/** Who is asking. Sign-in fills it; everything after only reads it. */
export interface Actor {
  readonly kind: 'anonymous' | 'user' | 'key'
  /** The user's id, or the API key's. Null for anonymous. */
  readonly id: string | null
  /** The id that `@user.id` means: only users have one. */
  readonly userId: string | null
  /** Roles held directly: `['anonymous']`, or `['authenticated', …]`. What they inherit is worked out from the schema. */
  readonly roles: readonly string[]
  /** What `@user.verified` means: whether they have shown that they read the mail to their address. Where left out, false. */
  readonly verified?: boolean
  /** The session that a user's access token belongs to. */
  readonly sessionId?: string
  /** The admin who only looks through these eyes: such an actor changes nothing. */
  readonly viewedBy?: string
  /** A role of this user's needs a second factor, which they do not have yet: they may get one, and nothing else. */
  readonly mustEnrol?: true
}

export const anonymous: Actor = { kind: 'anonymous', id: null, userId: null, roles: ['anonymous'] }

/** Admins pass every rule. */
export const isAdmin = (actor: Actor): boolean => actor.roles.includes('admin')
