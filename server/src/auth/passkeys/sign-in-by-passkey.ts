import { errors } from '@plinth/schema'
import { recordEvent } from '../events/record-event.ts'
import type { FactorDeps } from '../factors/factor-deps.ts'
import type { Origin, SignInAnswer } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import { type ChallengeUse, checkPasskey } from './check-passkey.ts'
import type { PasskeyAnswer } from './passkey-answer.ts'

/** Whoever holds the passkey and has unlocked it has shown two factors at once. */
export const signInUse: ChallengeUse = { purpose: 'signIn', userId: null, boundTo: null, verified: true }

/** Signs in by passkey, without an address. @throws Problem passkeyInvalid */
export async function signInByPasskey(deps: FactorDeps, answer: PasskeyAnswer, origin: Origin): Promise<SignInAnswer> {
  const checked = await checkPasskey(deps, answer, signInUse, origin)
  if (checked === null) {
    const details = { method: 'passkey' }
    await recordEvent(deps.mail.database, {
      kind: 'signInFailed',
      userId: null,
      actor: 'anonymous:',
      ...origin,
      details,
    })
    throw errors.passkeyInvalid()
  }
  return startSession(deps.sessions, { userId: checked.userId, method: 'passkey', second: 'passkey', ...origin })
}
