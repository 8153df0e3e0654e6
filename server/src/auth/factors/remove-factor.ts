import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import type { Session } from '../../database/database.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import { tellUser } from '../mail/tell-user.ts'
import type { Origin } from '../sessions/session.ts'
import { findUser } from '../users.ts'
import { hasWayIn, lockUser } from '../ways-in.ts'
import type { FactorDeps } from './factor-deps.ts'

/**
 * Removes one second factor of a user, or all of them; they are told by mail. Their sessions go on: whoever holds one has
 * shown at least as much as is asked for now.
 *
 * @throws Problem factorNotFound, userNotFound, lastWayIn
 */
export async function removeFactors(
  deps: FactorDeps,
  { userId, id }: { readonly userId: string; readonly id: string | null },
  by: Actor,
  origin: Origin,
): Promise<void> {
  // That of an admin need not be that of the user.
  const asked = by.userId === userId ? origin.language : undefined
  await deps.mail.database.transaction(async (session) => {
    // Two of them at once would each see the other's.
    await lockUser(session, userId)
    if ((await findUser(session, userId)) === null) throw errors.userNotFound({ id: userId })
    const removed = await deleteFactors(session, userId, id)
    if (removed.length === 0 && id !== null) throw errors.factorNotFound({ id })
    // An admin may take all away: who has lost their passkey is given another way in.
    const isOwnPasskey = by.userId === userId && removed.some(({ kind }) => kind === 'passkey')
    if (isOwnPasskey && !(await hasWayIn(session, userId, deps.mailIsSent))) throw errors.lastWayIn()
    for (const { kind, name } of removed) {
      const details = { factor: kind, name }
      await recordEvent(session, { kind: 'factorRemoved', userId, actor: actorText(by), ...origin, details })
      await tellUser(deps.mail, session, userId, { template: 'factorRemoved', values: { factor: name } }, asked)
    }
  })
  deps.mail.wake()
}

interface Removed {
  readonly kind: string
  readonly name: string
}

async function deleteFactors(session: Session, userId: string, id: string | null): Promise<readonly Removed[]> {
  const rows = await session.run({
    text: `
      with totp as (
        delete from plinth.totp_factors where user_id = $1::uuid and ($2::uuid is null or id = $2::uuid)
        returning 'totp', name, confirmed is not null as counted
      ), passkeys as (
        delete from plinth.passkeys where user_id = $1::uuid and ($2::uuid is null or id = $2::uuid)
        returning 'passkey', name, true
      )
      select * from totp where counted union all select * from passkeys`,
    values: [userId, id],
  })
  await forgetLoneCodes(session, userId)
  return rows.map(([kind, name]) => ({ kind: kind ?? '', name: name ?? '' }))
}

/** Recovery codes stand for a factor that is not at hand; without any they stand for nothing. */
export async function forgetLoneCodes(session: Session, userId: string): Promise<void> {
  await session.run({
    text: `
      delete from plinth.recovery_codes
      where user_id = $1::uuid and not exists (select from plinth.second_factors where user_id = $1::uuid)`,
    values: [userId],
  })
}
