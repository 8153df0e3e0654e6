import { errors } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import type { Actor } from '../../access/actor.ts'
import type { Session } from '../../database/database.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import { issueToken, peekToken, redeemToken } from '../mail/one-time-tokens.ts'
import { linkTo, sendMail } from '../mail/send-mail.ts'
import { hashPassword, refuseWeakPassword } from '../passwords.ts'
import { isTakenAddress } from '../registration/is-taken-address.ts'
import type { NewUser } from '../../access/new-user.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import { setPassword } from '../users.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { markVerified } from './verified-address.ts'

export interface NewInvite {
  readonly email: string
  readonly roles: readonly string[]
  readonly language: string
}

const days = 7
const minutes = days * 24 * 60

/** Invites somebody by mail. An earlier invitation of the same address ends. @throws Problem addressTaken, registrationClosed */
export async function invite(
  { mail, takesInvites }: ByMailDeps,
  { email, roles, language }: NewInvite,
  by: Actor,
  { address, userAgent }: Arrival,
): Promise<void> {
  if (!takesInvites) throw errors.registrationClosed()
  await mail.database.transaction(async (session) => {
    await refuseTaken(session, email)
    await session.run({
      text: `delete from plinth.one_time_tokens where purpose = 'invite' and lower(email) = lower($1)`,
      values: [email],
    })
    const data = { roles, by: actorText(by) }
    const token = await issueToken(session, { purpose: 'invite', userId: null, email, data, minutes })
    const values = { link: linkTo(mail, 'invite', token), token, days: String(days) }
    await sendMail(mail, { to: email, template: 'invite', language, values, minutes }, session)
    const details = { roles }
    await recordEvent(session, { kind: 'invited', userId: null, actor: actorText(by), address, userAgent, details })
  })
  mail.wake()
}

async function refuseTaken(session: Session, email: string): Promise<void> {
  const rows = await session.run({
    text: 'select exists (select from public.users where lower(email) = lower($1::text))',
    values: [email],
  })
  if (rows[0]?.[0] === 't') throw errors.addressTaken()
}

/** The open invitations, newest first, as JSON text. */
export async function listInvites(session: Session): Promise<string> {
  const rows = await session.run({
    text: `
      select coalesce(json_agg(invites order by created desc, id desc), '[]')::text
      from (
        select id, email, data->'roles' as roles, data->>'by' as "createdBy", created, expires as "expiresAt"
        from plinth.one_time_tokens
        where purpose = 'invite' and expires > now()
      ) invites`,
    values: [],
  })
  return rows[0]?.[0] ?? '[]'
}

/** @throws Problem inviteNotFound */
export async function revokeInvite(session: Session, id: string): Promise<void> {
  const rows = await session.run({
    text: `delete from plinth.one_time_tokens where id = $1::uuid and purpose = 'invite' and expires > now() returning 1`,
    values: [id],
  })
  if (rows.length === 0) throw errors.inviteNotFound({ id })
}

export interface AcceptedInvite {
  readonly token: string
  readonly password: string
  /** Fields of `users` that the schema adds. */
  readonly fields: NewUser['fields']
}

/**
 * Makes the account that somebody was invited to, with the roles of the invitation, and signs them in. The link proves that
 * the address is theirs. What is refused does not use the invitation up.
 *
 * @throws Problem invalidInvite, addressTaken, invalidBody for a weak password, or what is wrong with the fields
 */
export async function acceptInvite(
  deps: ByMailDeps,
  { token, password, fields }: AcceptedInvite,
  arrival: Arrival,
): Promise<SignInAnswer> {
  if (!deps.takesInvites) throw errors.registrationClosed()
  refuseWeakPassword(password)
  const { database } = deps.mail
  const open = await peekToken(database, 'invite', token)
  if (open === null || !(await mayInvite(database, open.data.by))) throw errors.invalidInvite()
  const hash = await hashPassword(password)
  const roles = rolesOf(open.data.roles)
  const id = newId()
  const user = { id, email: open.email, roles, fields, verified: true, invited: true }
  const { address, userAgent, requestId } = arrival
  const finish = async (session: Session): Promise<void> => {
    const redeemed = await redeemToken(session, 'invite', token)
    if (redeemed === null || !(await mayInvite(session, redeemed.data.by))) throw errors.invalidInvite()
    await setPassword(session, id, hash)
    await markVerified(session, id)
    const details = { roles, by: redeemed.data.by }
    await recordEvent(session, { kind: 'inviteAccepted', userId: id, actor: `user:${id}`, address, userAgent, details })
  }
  await deps.newUsers.create(user, requestId, finish).catch((error: unknown) => {
    throw isTakenAddress(error) ? errors.addressTaken({ cause: error }) : error
  })
  return startSession(deps.sessions, { ...arrival, userId: id, method: 'password' })
}

/** The newest open invitation of an address, for who proves in another way that it is theirs; null without one. */
export async function findInvitation(
  session: Session,
  email: string,
): Promise<{ readonly roles: readonly string[] } | null> {
  const rows = await session.run({
    text: `
      select data->'roles', data->>'by' from plinth.one_time_tokens
      where purpose = 'invite' and lower(email) = lower($1::text) and expires > now()
      order by created desc
      limit 1`,
    values: [email],
  })
  const [row] = rows
  if (row === undefined || !(await mayInvite(session, row[1]))) return null
  return { roles: rolesOf(JSON.parse(row[0] ?? '[]')) }
}

/** Whether there were any: an address that is a user's needs no invitation any more. */
export async function useUpInvitations(session: Session, email: string): Promise<boolean> {
  const rows = await session.run({
    text: `
      delete from plinth.one_time_tokens
      where purpose = 'invite' and lower(email) = lower($1::text) and expires > now()
      returning 1`,
    values: [email],
  })
  return rows.length > 0
}

/** Whether who has invited is still an admin: what they may no longer grant, their invitations do not grant either. */
async function mayInvite(session: Session, by: unknown): Promise<boolean> {
  const [kind, id] = typeof by === 'string' ? by.split(':', 2) : []
  const rows = await session.run({
    text: `
      select exists (
        select from public.users u
        where $1 = 'user' and u.id::text = $2 and 'admin' = any(u.roles)
          and not exists (select from plinth.blocked_users b where b.user_id = u.id)
      ) or exists (
        select from plinth.api_keys k where $1 = 'key' and k.id::text = $2 and 'admin' = any(k.roles) and k.revoked is null
      )`,
    values: [kind ?? '', id ?? ''],
  })
  return rows[0]?.[0] === 't'
}

const rolesOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
