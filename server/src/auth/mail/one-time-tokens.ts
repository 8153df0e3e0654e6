import type { Session } from '../../database/database.ts'
import { newSecret, secretHash } from '../secret.ts'

export type TokenPurpose =
  | 'signUp'
  | 'verify'
  | 'magicLink'
  | 'code'
  | 'reset'
  | 'changeEmail'
  | 'invite'
  | 'provider'
  | 'exchange'

export interface NewToken {
  readonly purpose: TokenPurpose
  /** Null for an account that is yet to be made. */
  readonly userId: string | null
  /** Where the secret goes. */
  readonly email: string
  /** The address that the user has (default: `email`). Once they have another, the secret opens nothing any more. */
  readonly currentEmail?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly minutes: number
}

/** What a secret that was redeemed stands for. */
export interface RedeemedToken {
  readonly userId: string | null
  readonly email: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Makes a secret that works once. Only its hash is kept, so this is the one time it can be sent. */
export async function issueToken(session: Session, token: NewToken): Promise<string> {
  const { purpose, userId, email, currentEmail = email, data = {}, minutes } = token
  const secret = newSecret()
  await session.run({
    text: `
      insert into plinth.one_time_tokens (hash, purpose, user_id, email, current_email, data, expires)
      values ($1::bytea, $2, $3::uuid, $4, $5, $6::jsonb, now() + make_interval(mins => $7::int))`,
    values: [secretHash(secret), purpose, userId, email, currentEmail, JSON.stringify(data), minutes],
    name: 'auth-issue-token',
  })
  return secret
}

/** Uses a secret up; null for one that is unknown, used, expired or meant for something else. */
export async function redeemToken(
  session: Session,
  purpose: TokenPurpose,
  secret: string,
): Promise<RedeemedToken | null> {
  const rows = await session.run({
    text: `
      with redeemed as (
        delete from plinth.one_time_tokens
        where hash = $1::bytea and purpose = $2 and expires > now() and code_hash is null
        returning user_id, email, current_email, data, created
      )
      select r.user_id, r.email, r.data::text
      from redeemed r left join public.users u on u.id = r.user_id
      where r.user_id is null or (lower(u.email) = lower(r.current_email) and u.created <= r.created)`,
    values: [secretHash(secret), purpose],
    name: 'auth-redeem-token',
  })
  const [row] = rows
  return row === undefined ? null : { userId: row[0] ?? null, email: row[1] ?? '', data: dataOf(row[2]) }
}

/** What a secret for an account that is yet to be made stands for, without using it up. */
export async function peekToken(
  session: Session,
  purpose: 'invite',
  secret: string,
): Promise<Omit<RedeemedToken, 'userId'> | null> {
  const rows = await session.run({
    text: `
      select email, data::text from plinth.one_time_tokens
      where hash = $1::bytea and purpose = $2 and expires > now() and code_hash is null`,
    values: [secretHash(secret), purpose],
  })
  const [row] = rows
  return row === undefined ? null : { email: row[0] ?? '', data: dataOf(row[1]) }
}

/** Takes back what is still open for a user, such as after their password has changed. */
export async function forgetTokens(session: Session, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await session.run({
    text: 'delete from plinth.one_time_tokens where user_id = $1::uuid and purpose = any($2::text[])',
    values: [userId, purposes],
  })
}

// Written by `issueToken`, which takes nothing else.
const dataOf = (text: string | null | undefined): RedeemedToken['data'] =>
  JSON.parse(text ?? '{}') as RedeemedToken['data']
