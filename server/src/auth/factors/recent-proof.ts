import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import type { Session } from '../../database/database.ts'
import { hasSecondFactorSql } from './has-second-factor.ts'

/** For so long after they proved who they are somebody may do what is sensitive. */
export const recentMinutes = 15

/** By what the proof can be made fresh, named as in the body of `POST /api/auth/step-up`. */
export type StepUpMethod = 'password' | 'code' | 'recoveryCode' | 'passkey'

/**
 * Refuses who has proved who they are too long ago: a session that was left open, or stolen, must not be enough to take an
 * account over. API keys are no sessions, and pass; making one asks for it.
 *
 * @throws Problem stepUpRequired with the `methods` that this user has
 */
export async function requireRecentProof(session: Session, actor: Actor): Promise<void> {
  if (actor.sessionId === undefined) return
  // Asked of the database and not of what this copy remembers: another copy may just have made the proof fresh.
  const [row] = await session.run({
    text: `
      select s.auth_time > now() - interval '${recentMinutes} minutes',
        ${hasSecondFactorSql},
        array_to_json(array(select distinct kind from plinth.second_factors f where f.user_id = u.id))::text,
        exists (select from plinth.recovery_codes r where r.user_id = u.id),
        exists (select from plinth.passwords p where p.user_id = u.id and p.changed >= u.created)
      from plinth.sessions s join public.users u on u.id = s.user_id
      where s.id = $1::uuid`,
    values: [actor.sessionId],
    name: 'auth-recent-proof',
  })
  const [isRecent, hasSecond, kinds, hasCodes, hasPassword] = row ?? []
  if (isRecent === 't') return
  const second: readonly StepUpMethod[] = [
    ...(kinds?.includes('"totp"') ? (['code'] as const) : []),
    ...(kinds?.includes('"passkey"') ? (['passkey'] as const) : []),
    ...(hasCodes === 't' ? (['recoveryCode'] as const) : []),
  ]
  const methods = hasSecond === 't' ? second : hasPassword === 't' ? ['password'] : []
  throw errors.stepUpRequired({ extra: { methods } })
}
