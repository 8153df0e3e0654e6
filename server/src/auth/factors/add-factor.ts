import type { Session } from '../../database/database.ts'
import { recordEvent } from '../events/record-event.ts'
import { furtherMethods } from '../sessions/authentication-methods.ts'
import { tellUser } from '../mail/tell-user.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { Origin } from '../sessions/session.ts'
import type { FactorDeps } from './factor-deps.ts'
import { noteProof } from './note-proof.ts'
import type { OwnSession } from './own-session.ts'
import { countRecoveryCodes, makeRecoveryCodes } from './recovery-codes.ts'

export interface AddedFactor {
  readonly kind: 'totp' | 'passkey'
  readonly name: string
}

/** What who has added a factor is told: their first one brings recovery codes. */
export interface Enrolled {
  readonly recoveryCodes?: readonly string[]
}

/**
 * What belongs to a factor that was just added, in the same transaction. The session that added it has shown it; others,
 * begun with one factor alone, end with the first.
 */
export async function finishAdding(
  { mail, sessions }: FactorDeps,
  session: Session,
  { userId, sessionId }: OwnSession,
  { kind, name }: AddedFactor,
  origin: Origin,
): Promise<Enrolled> {
  const [[count] = []] = await session.run({
    text: `
      select count(*) from plinth.second_factors f join public.users u on u.id = f.user_id and f.created >= u.created
      where u.id = $1::uuid`,
    values: [userId],
  })
  await noteProof(session, sessionId, furtherMethods(kind))
  if (Number(count) === 1) await endSessions(sessions, userId, { except: sessionId, session })
  await recordEvent(session, {
    kind: 'factorAdded',
    userId,
    actor: `user:${userId}`,
    ...origin,
    details: { factor: kind, name },
  })
  await tellUser(mail, session, userId, { template: 'factorAdded', values: { factor: name } }, origin.language)
  if ((await countRecoveryCodes(session, userId)) > 0) return {}
  return { recoveryCodes: await makeRecoveryCodes(session, userId) }
}
