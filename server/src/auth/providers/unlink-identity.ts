import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import { isUuid } from '../is-uuid.ts'
import type { Origin } from '../sessions/session.ts'
import { hasWayIn, lockUser } from '../ways-in.ts'
import { deleteIdentity } from './identities.ts'
import type { ProviderDeps } from './provider-deps.ts'

/** Takes away one of one's own ways in. @throws Problem notSignedIn, identityNotFound, lastWayIn */
export async function unlinkIdentity(
  { mail, mailIsSent }: Pick<ProviderDeps, 'mail' | 'mailIsSent'>,
  actor: Actor,
  id: string,
  origin: Origin,
): Promise<void> {
  const { userId } = actor
  if (userId === null) throw errors.notSignedIn()
  if (!isUuid(id)) throw errors.identityNotFound({ id: id.slice(0, 64) })
  await mail.database.transaction(async (session) => {
    // Two of them at once would each see the other's.
    await lockUser(session, userId)
    const provider = await deleteIdentity(session, userId, id)
    if (provider === null) throw errors.identityNotFound({ id })
    if (!(await hasWayIn(session, userId, mailIsSent))) throw errors.lastWayIn()
    await recordEvent(session, {
      kind: 'identityUnlinked',
      userId,
      actor: actorText(actor),
      ...origin,
      details: { provider },
    })
  })
}
