import type { Session } from '../../database/database.ts'
import { newSecret, secretHash } from '../secret.ts'

/** What a challenge is for: an answer to it counts for nothing else. */
export interface ChallengeFor {
  readonly purpose: 'register' | 'signIn' | 'mfa' | 'stepUp'
  /** Whose answer it must be; null where nobody has said who they are. */
  readonly userId: string | null
  /** The session or the ticket that it was asked for with. */
  readonly boundTo: string | null
}

const minutes = 5

/** Makes a challenge, in base64url. It works once. */
export async function issueChallenge(
  session: Session,
  { purpose, userId, boundTo }: ChallengeFor,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = newSecret()
  await session.run({
    text: `
      insert into plinth.passkey_challenges (hash, purpose, user_id, bound_to, expires)
      values ($1::bytea, $2, $3::uuid, $4, now() + interval '${minutes} minutes')`,
    values: [secretHash(challenge), purpose, userId, boundTo],
    name: 'auth-issue-challenge',
  })
  return Buffer.from(challenge, 'base64url')
}

/** Uses a challenge up; false for one that is unknown, used, expired, or was for something else. */
export async function useChallenge(
  session: Session,
  challenge: string,
  { purpose, userId, boundTo }: ChallengeFor,
): Promise<boolean> {
  const rows = await session.run({
    text: `
      delete from plinth.passkey_challenges
      where hash = $1::bytea and purpose = $2 and user_id is not distinct from $3::uuid
        and bound_to is not distinct from $4::text and expires > now()
      returning 1`,
    values: [secretHash(challenge), purpose, userId, boundTo],
    name: 'auth-use-challenge',
  })
  return rows.length > 0
}
