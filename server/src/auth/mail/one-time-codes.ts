import { hash } from 'node:crypto'
import type { Session } from '../../database/database.ts'
import { newSecret, secretHash } from '../secret.ts'

/** What the browser that asks for a code holds: the code alone, which can be read over a shoulder, opens nothing. */
export interface Ticket {
  readonly ticket: string
  readonly ticketHash: string
}

export function newTicket(): Ticket {
  const ticket = newSecret()
  return { ticket, ticketHash: secretHash(ticket) }
}

export interface NewCode {
  readonly ticketHash: string
  readonly code: string
  /** Null for a ticket that was asked for an address of nobody: no code fits it. */
  readonly userId: string | null
  readonly email: string
  readonly minutes: number
}

const maxTries = 5

// Six digits alone could be found from their hash; the ticket, which is kept nowhere, is needed all the same.
const codeHash = (ticketHash: string, code: string): string => `\\x${hash('sha256', `${ticketHash}:${code}`, 'hex')}`

export async function issueCode(
  session: Session,
  { ticketHash, code, userId, email, minutes }: NewCode,
): Promise<void> {
  await session.run({
    text: `
      insert into plinth.one_time_tokens (hash, purpose, user_id, email, current_email, code_hash, tries_left, expires)
      values ($1::bytea, 'code', $2::uuid, $3, $3, $4::bytea, $5::int, now() + make_interval(mins => $6::int))
      on conflict (hash) do nothing`,
    values: [ticketHash, userId, email, codeHash(ticketHash, code), maxTries, minutes],
    name: 'auth-issue-code',
  })
}

/**
 * Tries a code, and answers whose it is; null for one that is wrong. Each try is counted before it is compared, so many at
 * once get no more of them. The right one uses the ticket up.
 */
export async function redeemCode(
  session: Session,
  ticket: string,
  code: string,
): Promise<{ readonly userId: string } | null> {
  const ticketHash = secretHash(ticket)
  const tried = await session.run({
    text: `
      update plinth.one_time_tokens set tries_left = tries_left - 1
      where hash = $1::bytea and purpose = 'code' and expires > now() and tries_left > 0
      returning code_hash = $2::bytea and user_id is not null`,
    values: [ticketHash, codeHash(ticketHash, code)],
    name: 'auth-try-code',
  })
  if (tried[0]?.[0] !== 't') return null
  const rows = await session.run({
    text: `
      with redeemed as (
        delete from plinth.one_time_tokens where hash = $1::bytea returning user_id, current_email, created
      )
      select u.id from redeemed r join public.users u on u.id = r.user_id
      where lower(u.email) = lower(r.current_email) and u.created <= r.created`,
    values: [ticketHash],
    name: 'auth-redeem-code',
  })
  const userId = rows[0]?.[0]
  return userId ? { userId } : null
}
