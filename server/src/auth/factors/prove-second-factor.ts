import { recordEvent } from '../events/record-event.ts'
import { tellUser } from '../mail/tell-user.ts'
import type { PasskeyAnswer } from '../passkeys/passkey-answer.ts'
import { type ChallengeUse, checkPasskey } from '../passkeys/check-passkey.ts'
import type { Origin, SecondProof } from '../sessions/session.ts'
import type { FactorDeps } from './factor-deps.ts'
import { countRecoveryCodes, useRecoveryCode } from './recovery-codes.ts'
import { useTotp } from './totp-factors.ts'

/** What is shown as a second factor: one of them. */
export interface SecondFactor {
  readonly code?: string
  readonly recoveryCode?: string
  readonly passkey?: PasskeyAnswer
}

/** For whom, and for what the answer of a passkey was asked for. */
export type ProofFor = ChallengeUse & { readonly userId: string }

/** Which factor of the user this proves; null for none. What was shown is used up. */
export async function proveSecondFactor(
  deps: FactorDeps,
  { code, recoveryCode, passkey }: SecondFactor,
  use: ProofFor,
  origin: Origin,
): Promise<SecondProof | null> {
  const { database } = deps.mail
  const { userId } = use
  if (code !== undefined && (await useTotp(database, userId, code))) return 'totp'
  if (passkey !== undefined && (await checkPasskey(deps, passkey, use, origin)) !== null) return 'passkey'
  if (recoveryCode !== undefined && (await proveByRecoveryCode(deps, userId, recoveryCode, origin)))
    return 'recoveryCode'
  await recordEvent(database, { kind: 'secondFactorFailed', userId, actor: 'anonymous:', ...origin })
  return null
}

async function proveByRecoveryCode(
  { mail }: FactorDeps,
  userId: string,
  code: string,
  origin: Origin,
): Promise<boolean> {
  const isRight = await mail.database.transaction(async (session) => {
    if (!(await useRecoveryCode(session, userId, code))) return false
    const left = await countRecoveryCodes(session, userId)
    const details = { left }
    await recordEvent(session, { kind: 'recoveryCodeUsed', userId, actor: `user:${userId}`, ...origin, details })
    const notice = { template: 'recoveryCodeUsed', values: { left: String(left) } } as const
    await tellUser(mail, session, userId, notice, origin.language)
    return true
  })
  if (isRight) mail.wake()
  return isRight
}
