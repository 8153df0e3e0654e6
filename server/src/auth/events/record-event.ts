import type { Actor } from '../../access/actor.ts'
import type { Session } from '../../database/database.ts'

/** Something that happened to an account, for the audit trail. */
export interface SecurityEvent {
  /** What happened, such as `signedIn`, `passwordChanged`, `refreshReused`. */
  readonly kind: string
  /** Whose account; null where none is known. */
  readonly userId: string | null
  /** Who did it: `user:<id>`, `key:<id>`, `anonymous:` or `system`. */
  readonly actor: string
  readonly address: string | null
  readonly userAgent: string | null
  /** Never a secret, and nothing that tells what somebody typed. */
  readonly details?: Readonly<Record<string, unknown>>
}

const maxUserAgent = 400

/** Adds to the audit trail; in the caller's transaction, so that what did not happen is not told. */
export async function recordEvent(session: Session, event: SecurityEvent): Promise<void> {
  const { kind, userId, actor, address, userAgent, details = {} } = event
  await session.run({
    text: `
      insert into plinth.security_events (kind, user_id, actor, address, user_agent, details)
      values ($1, $2::uuid, $3, $4, $5, $6::jsonb)`,
    values: [kind, userId, actor, address, userAgent?.slice(0, maxUserAgent) ?? null, JSON.stringify(details)],
    name: 'auth-event',
  })
}

/** Who did something, as events name them. */
export const actorText = ({ kind, id, viewedBy }: Actor): string => `${kind}:${viewedBy ?? id ?? ''}`
