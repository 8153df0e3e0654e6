import type { Session } from '../../database/database.ts'
import { newSecret, secretHash } from '../secret.ts'
import { type MfaRequired, type SecondProof, secondProofs, type SignInMethod } from '../sessions/session.ts'

const minutes = 5
const maxTries = 5

/** Whose ticket it is, and what they have shown. */
export interface TicketHolder {
  readonly userId: string
  readonly email: string
  readonly method: SignInMethod
}

// A ticket of a user who was deleted is not that of another with the same id.
const holder = `
  select u.id, u.email, t.method
  from ticket t join public.users u on u.id = t.user_id and u.created <= t.created`

/** Notes that a user has shown one factor. Only the hash is kept, so this is the one time that the ticket can be told. */
export async function issueTicket(session: Session, userId: string, method: SignInMethod): Promise<MfaRequired> {
  const ticket = newSecret()
  const rows = await session.run({
    text: `
      with issued as (
        insert into plinth.mfa_tickets (hash, user_id, method, tries_left, created, expires)
        select $2::bytea, u.id, $3, ${maxTries}, greatest(now(), u.created), now() + interval '${minutes} minutes'
        from public.users u
        where u.id = $1::uuid
        returning expires
      )
      select to_json((select expires from issued))#>>'{}', array_to_json(
        array(select distinct kind from plinth.second_factors where user_id = $1::uuid)
        || array(select 'recoveryCode' from plinth.recovery_codes where user_id = $1::uuid limit 1))::text`,
    values: [userId, secretHash(ticket), method],
    name: 'auth-issue-ticket',
  })
  const [expiresAt, kinds] = rows[0] ?? []
  return {
    mfaRequired: true,
    ticket,
    expiresAt: new Date(expiresAt ?? '').toISOString(),
    factors: secondProofs.filter((each) => (kinds ?? '').includes(`"${each satisfies SecondProof}"`)),
  }
}

/** Whose ticket it is; null for one that opens nothing (any more). */
export const findTicket = (session: Session, ticket: string): Promise<TicketHolder | null> =>
  readHolder(session, {
    text: `
      with ticket as (
        select * from plinth.mfa_tickets where hash = $1::bytea and expires > now() and tries_left > 0
      ) ${holder}`,
    values: [secretHash(ticket)],
    name: 'auth-find-ticket',
  })

/** Counts a try at a ticket. It is counted before it is judged, so many at once get no more of them. */
export const tryTicket = (session: Session, ticket: string): Promise<TicketHolder | null> =>
  readHolder(session, {
    text: `
      with ticket as (
        update plinth.mfa_tickets set tries_left = tries_left - 1
        where hash = $1::bytea and expires > now() and tries_left > 0
        returning *
      ) ${holder}`,
    values: [secretHash(ticket)],
    name: 'auth-try-ticket',
  })

/** Uses a ticket up; false when another request was faster. */
export async function useTicket(session: Session, ticket: string): Promise<boolean> {
  const rows = await session.run({
    text: 'delete from plinth.mfa_tickets where hash = $1::bytea and expires > now() returning 1',
    values: [secretHash(ticket)],
    name: 'auth-use-ticket',
  })
  return rows.length > 0
}

async function readHolder(session: Session, statement: Parameters<Session['run']>[0]): Promise<TicketHolder | null> {
  const [row] = await session.run(statement)
  if (row === undefined) return null
  // Written by `issueTicket`, which takes nothing else.
  return { userId: row[0] ?? '', email: row[1] ?? '', method: row[2] as SignInMethod }
}
