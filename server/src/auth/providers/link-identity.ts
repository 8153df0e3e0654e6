import { errors } from '@plinth/schema'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { markVerified } from '../by-mail/verified-address.ts'
import { recordEvent } from '../events/record-event.ts'
import { tellUser } from '../mail/tell-user.ts'
import { isPlaceholder } from '../placeholder-address.ts'
import { giveAddress } from '../registration/give-address.ts'
import { findSession } from '../sessions/find-session.ts'
import { findUser } from '../users.ts'
import { lockUser } from '../ways-in.ts'
import type { Linking } from './attempts.ts'
import type { Entering } from './enter.ts'
import { linkIdentity } from './identities.ts'
import type { ProviderDeps } from './provider-deps.ts'

/**
 * Gives who is signed in one more way in. One without an address gets the provider's where that vouches for it: they stay
 * the same user, so all that is theirs stays theirs. One who has that very address has proved it by this.
 *
 * @throws Problem notSignedIn where the session has ended meanwhile, identityTaken, addressTaken
 */
export async function linkToUser(
  { mail, wakeChanges }: ProviderDeps,
  { userId, sessionId }: Linking,
  { identity, label }: Omit<Entering, 'fields'>,
  { address, userAgent, requestId, language }: Arrival,
): Promise<void> {
  await mail.database.transaction(async (session) => {
    const holder = await findSession(session, sessionId)
    const user = holder?.userId === userId ? await findUser(session, userId) : null
    if (user === null || holder?.actor.viewedBy !== undefined) throw errors.notSignedIn()
    await lockUser(session, userId)
    if (!(await linkIdentity(session, userId, identity))) return
    const event = { userId, actor: `user:${userId}`, address, userAgent, details: { provider: identity.provider } }
    await recordEvent(session, { kind: 'identityLinked', ...event })
    const email = identity.verified ? identity.email : null
    const hasNone = isPlaceholder(user.email)
    // Who has no address yet is told nothing.
    await tellUser(mail, session, userId, { template: 'identityLinked', values: { provider: label } }, language)
    if (hasNone && email !== null) {
      await giveAddress(session, userId, email, requestId)
      await recordEvent(session, { kind: 'upgraded', ...event })
    }
    const isTheirs = hasNone || email?.toLowerCase() === user.email.toLowerCase()
    if (email !== null && isTheirs) await markVerified(session, userId)
  })
  wakeChanges()
  mail.wake()
}
