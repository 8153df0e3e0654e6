import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { confirmPassword } from '../confirm-password.ts'
import { recordEvent } from '../events/record-event.ts'
import { furtherMethods } from '../sessions/authentication-methods.ts'
import type { Origin } from '../sessions/session.ts'
import type { FactorDeps } from './factor-deps.ts'
import { hasSecondFactorSql } from './has-second-factor.ts'
import { noteProof } from './note-proof.ts'
import type { OwnSession } from './own-session.ts'
import { proveSecondFactor, type SecondFactor } from './prove-second-factor.ts'
import { recentMinutes } from './recent-proof.ts'

export interface StepUp extends SecondFactor {
  readonly password?: string
}

/** What a passkey's answer counts for, when it is asked for in a session. */
export const sessionBinding = (sessionId: string): string => `session:${sessionId}`

/**
 * Makes the proof of who asks fresh. Who has a second factor shows that one; a password is what a thief of the session may
 * have as well.
 *
 * @throws Problem secondFactorNeeded, wrongCredentials, wrongSecondFactor
 */
export async function stepUp(
  deps: FactorDeps,
  { userId, sessionId }: OwnSession,
  { password, ...shown }: StepUp,
  origin: Origin,
): Promise<{ readonly until: string }> {
  const { database } = deps.mail
  const methods = password === undefined ? await bySecond() : await byPassword(password)
  await noteProof(database, sessionId, methods)
  await recordEvent(database, { kind: 'steppedUp', userId, actor: `user:${userId}`, ...origin, details: { methods } })
  return { until: new Date(Date.now() + recentMinutes * 60_000).toISOString() }

  async function byPassword(given: string): Promise<readonly string[]> {
    if (await hasSecondFactor(database, userId)) throw errors.secondFactorNeeded()
    await confirmPassword(database, userId, given, origin)
    return ['pwd']
  }
  async function bySecond(): Promise<readonly string[]> {
    const use = { purpose: 'stepUp', userId, boundTo: sessionBinding(sessionId), verified: false } as const
    const second = await proveSecondFactor(deps, shown, use, origin)
    if (second === null) throw errors.wrongSecondFactor()
    return furtherMethods(second)
  }
}

async function hasSecondFactor(session: Session, userId: string): Promise<boolean> {
  const rows = await session.run({
    text: `select ${hasSecondFactorSql} from public.users u where u.id = $1::uuid`,
    values: [userId],
  })
  return rows[0]?.[0] === 't'
}
