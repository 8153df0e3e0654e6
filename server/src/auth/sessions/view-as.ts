import { errors } from '@plinth/schema'
import type { AccessToken } from '../access-tokens.ts'
import { recordEvent } from '../events/record-event.ts'
import type { Origin, SessionDeps } from './session.ts'

/** Whom an admin looks through the eyes of: a user, or anybody who has these roles. */
export type View = { readonly user: string } | { readonly roles: readonly string[] }

/** An admin who views, and the session in which they do. */
export interface Viewer {
  readonly id: string
  readonly sessionId: string
}

/** No longer than one access token. It has no refresh token: who needs longer asks again, and that is recorded again. */
const minutes = 15

/**
 * A token with which an admin reads what another may read. It is a session of the admin's, so it ends with the admin's
 * rights; the token names the admin in `act`, and it changes nothing.
 *
 * @throws Problem userNotFound
 */
export async function viewAs(
  { database, tokens }: SessionDeps,
  { id: adminId, sessionId: own }: Viewer,
  view: View,
  origin: Origin,
): Promise<AccessToken> {
  const viewedUser = 'user' in view ? view.user : null
  const viewedRoles = 'roles' in view ? view.roles : null
  const sessionId = await database.transaction(async (session) => {
    const [row] = await session.run({
      text: `
        insert into plinth.sessions (user_id, method, user_agent, address, created_at, expires_at, viewed_user, viewed_roles, auth_time, amr)
        select u.id, 'viewAs', left($2::text, 400), $3, greatest(now(), u.created),
          now() + interval '${minutes} minutes', $4::uuid, $5::text[], s.auth_time, s.amr
        from public.users u join plinth.sessions s on s.id = $6::uuid and s.user_id = u.id
        where u.id = $1::uuid and ($4::uuid is null or exists (select from public.users where id = $4::uuid))
        returning id`,
      values: [adminId, origin.userAgent, origin.address, viewedUser, viewedRoles, own],
    })
    const id = row?.[0]
    if (!id) throw errors.userNotFound({ id: viewedUser ?? adminId })
    await recordEvent(session, {
      kind: 'viewedAs',
      userId: viewedUser,
      actor: `user:${adminId}`,
      ...origin,
      details: viewedRoles === null ? { session: id } : { session: id, roles: viewedRoles },
    })
    return id
  })
  return tokens.sign({ userId: viewedUser ?? adminId, sessionId, actedBy: adminId })
}
