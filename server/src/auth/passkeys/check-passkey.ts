import { type AuthenticationResponseJSON, verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { Session } from '../../database/database.ts'
import { recordEvent } from '../events/record-event.ts'
import type { FactorDeps } from '../factors/factor-deps.ts'
import type { Origin } from '../sessions/session.ts'
import { type ChallengeFor, useChallenge } from './challenges.ts'
import type { PasskeyAnswer } from './passkey-answer.ts'
import { userHandle } from './user-handle.ts'

/** What an answer was asked for. */
export interface ChallengeUse extends ChallengeFor {
  /** Whether the authenticator must have checked its user (by a PIN, a finger), so that it is two factors in one. */
  readonly verified: boolean
}

interface StoredPasskey {
  readonly id: string
  readonly userId: string
  readonly publicKey: string
  readonly backupEligible: boolean
}

/**
 * Checks what a passkey has signed, as https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion says. Answers whose it is;
 * null for whatever is not right, without telling what.
 */
export async function checkPasskey(
  { mail: { database }, relyingParty }: FactorDeps,
  answer: PasskeyAnswer,
  use: ChallengeUse,
  origin: Origin,
): Promise<{ readonly userId: string } | null> {
  const { id: rpId, origins } = relyingParty()
  const passkey = await findPasskey(database, answer.id)
  if (passkey === null || (use.userId !== null && passkey.userId !== use.userId)) return null
  const handle = answer.response.userHandle
  if (handle && handle !== Buffer.from(userHandle(passkey.userId)).toString('base64url')) return null
  const verified = await verifyAuthenticationResponse({
    response: responseOf(answer),
    expectedChallenge: (challenge) => useChallenge(database, challenge, use),
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: use.verified,
    // The counter is checked where it is kept, so that two copies of the server agree on it.
    credential: { id: answer.id, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter: 0 },
    // The library throws for what was not signed for us, and for bytes that mean nothing.
  }).catch(() => null)
  if (verified === null || !verified.verified) return null
  const { newCounter, credentialBackedUp, credentialDeviceType } = verified.authenticationInfo
  // https://www.w3.org/TR/webauthn-3/#sctn-credential-backup: whether it can be backed up never changes.
  if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible) return null
  if (await countUse(database, passkey.id, newCounter, credentialBackedUp)) return { userId: passkey.userId }
  await recordEvent(database, {
    kind: 'passkeyCloned',
    userId: passkey.userId,
    actor: 'anonymous:',
    ...origin,
    details: { passkey: passkey.id },
  })
  return null
}

const responseOf = ({ id, rawId, response }: PasskeyAnswer): AuthenticationResponseJSON => ({
  id,
  rawId,
  type: 'public-key',
  response: {
    clientDataJSON: response.clientDataJSON,
    authenticatorData: response.authenticatorData,
    signature: response.signature,
  },
  clientExtensionResults: {},
})

async function findPasskey(session: Session, credentialId: string): Promise<StoredPasskey | null> {
  const [row] = await session.run({
    text: `
      select p.id, u.id, p.public_key, p.backup_eligible
      from plinth.passkeys p join public.users u on u.id = p.user_id and p.created >= u.created
      where p.credential_id = $1`,
    values: [credentialId],
    name: 'auth-find-passkey',
  })
  if (row === undefined) return null
  const [id, userId, publicKey, backupEligible] = row
  return { id: id ?? '', userId: userId ?? '', publicKey: publicKey ?? '', backupEligible: backupEligible === 't' }
}

/**
 * Keeps the counter that an authenticator signs. One that does not grow was seen before: there are two of the authenticator.
 * Those that keep none always say 0. https://www.w3.org/TR/webauthn-3/#sctn-sign-counter
 */
async function countUse(session: Session, id: string, counter: number, backedUp: boolean): Promise<boolean> {
  const rows = await session.run({
    text: `
      update plinth.passkeys set counter = $2::bigint, backed_up = $3::boolean, last_used = now()
      where id = $1::uuid and (counter < $2::bigint or (counter = 0 and $2::bigint = 0))
      returning 1`,
    values: [id, counter, backedUp],
    name: 'auth-count-passkey',
  })
  return rows.length > 0
}
