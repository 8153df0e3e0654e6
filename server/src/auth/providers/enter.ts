import { errors, Problem } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import { isVerifiedSql } from '../../access/verified-address.ts'
import type { Session } from '../../database/database.ts'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { findInvitation, useUpInvitations } from '../by-mail/invites.ts'
import { markVerified } from '../by-mail/verified-address.ts'
import { recordEvent } from '../events/record-event.ts'
import { tellUser } from '../mail/tell-user.ts'
import { placeholderAddress } from '../placeholder-address.ts'
import { findIdentityOwner, type Identity, linkIdentity } from './identities.ts'
import type { ProviderDeps } from './provider-deps.ts'

export interface Entering {
  readonly identity: Identity
  /** Of the provider, for people. */
  readonly label: string
  /** For a new user. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Finds the user whom an identity belongs to; else the one with its address, where both the provider and we know whose that
 * is; else makes one, as far as people can sign up.
 *
 * @throws Problem addressUnproven, registrationClosed, userBlocked, or what is wrong with the fields
 */
export async function enter(deps: ProviderDeps, entering: Entering, arrival: Arrival): Promise<string> {
  try {
    return await enterOnce(deps, entering, arrival)
  } catch (error) {
    // Somebody with the same identity or address came at the same moment. They are there now.
    if (!(error instanceof Problem) || !['identityTaken', 'notUnique'].includes(error.code)) throw error
    return enterOnce(deps, entering, arrival)
  }
}

async function enterOnce(deps: ProviderDeps, entering: Entering, arrival: Arrival): Promise<string> {
  const { identity } = entering
  const known = await findIdentityOwner(deps.mail.database, identity)
  if (known !== null) return known
  return (await linkByAddress(deps, entering, arrival)) ?? (await signUpWith(deps, entering, arrival))
}

/** Null where the provider vouches for no address, or where it is nobody's yet. */
async function linkByAddress(
  { mail }: ProviderDeps,
  { identity, label }: Entering,
  { address, userAgent, language }: Arrival,
): Promise<string | null> {
  const { email, verified, provider } = identity
  if (email === null || !verified) return null
  const linked = await mail.database.transaction(async (session) => {
    const owner = await findAddressOwner(session, email)
    if (owner === null) return null
    if (owner.blocked) throw errors.userBlocked()
    // Whoever made this account may be waiting for the owner of the address: they would share it from now on.
    if (!owner.verified) throw errors.addressUnproven()
    const { userId } = owner
    await linkIdentity(session, userId, identity)
    const details = { provider, by: 'address' }
    await recordEvent(session, { kind: 'identityLinked', userId, actor: `user:${userId}`, address, userAgent, details })
    await tellUser(mail, session, userId, { template: 'identityLinked', values: { provider: label } }, language)
    return userId
  })
  if (linked !== null) mail.wake()
  return linked
}

interface AddressOwner {
  readonly userId: string
  readonly verified: boolean
  readonly blocked: boolean
}

async function findAddressOwner(session: Session, email: string): Promise<AddressOwner | null> {
  const rows = await session.run({
    text: `
      select u.id, ${isVerifiedSql('u')}, exists (select from plinth.blocked_users b where b.user_id = u.id)
      from public.users u
      where lower(u.email) = lower($1::text)
      for no key update of u`,
    values: [email],
    name: 'auth-address-owner',
  })
  const [row] = rows
  if (row === undefined) return null
  const [userId, verified, blocked] = row
  return { userId: userId ?? '', verified: verified === 't', blocked: blocked === 't' }
}

/** An address that nobody vouches for would take it from its owner, so such a user has none, and can give one later. */
async function signUpWith(
  deps: ProviderDeps,
  { identity, fields }: Entering,
  { address, userAgent, requestId }: Arrival,
): Promise<string> {
  const { mail, newUsers, registration, defaultRoles } = deps
  const id = newId()
  const email = identity.verified ? identity.email : null
  const invitation = email === null || registration === 'closed' ? null : await findInvitation(mail.database, email)
  if (registration !== 'open' && invitation === null) throw errors.registrationClosed()
  const user = {
    id,
    email: email ?? placeholderAddress(id),
    roles: invitation?.roles ?? defaultRoles,
    fields,
    verified: email !== null,
    invited: invitation !== null,
  }
  await newUsers.create(user, requestId, async (session) => {
    if (email !== null) await markVerified(session, id)
    if (email !== null && !(await useUpInvitations(session, email)) && invitation !== null)
      throw errors.registrationClosed()
    await linkIdentity(session, id, identity)
    const details = { provider: identity.provider }
    await recordEvent(session, { kind: 'signedUp', userId: id, actor: `user:${id}`, address, userAgent, details })
  })
  return id
}
