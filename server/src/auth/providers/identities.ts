import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import type { Profile } from './provider.ts'

/** Somebody's account at a provider. */
export interface Identity extends Profile {
  readonly provider: string
}

/** Whose identity it is, and notes that it was used; null where it is nobody's. */
export async function findIdentityOwner(session: Session, identity: Identity): Promise<string | null> {
  const { provider, issuer, subject, email, name } = identity
  // One that is older than its user was another's, who had the same id and was deleted. Apple tells names the first time only.
  const rows = await session.run({
    text: `
      update plinth.identities i set last_used_at = now(), email = $4, name = coalesce($5, i.name)
      from public.users u
      where u.id = i.user_id and u.created <= i.linked_at and i.provider = $1 and i.issuer = $2 and i.subject = $3
      returning i.user_id`,
    values: [provider, issuer, subject, email, name],
    name: 'auth-identity-owner',
  })
  return rows[0]?.[0] ?? null
}

/** Gives a user one more way in; false where they have it already. @throws Problem identityTaken for another user's */
export async function linkIdentity(session: Session, userId: string, identity: Identity): Promise<boolean> {
  const { provider, issuer, subject, email, name } = identity
  const owner = await findIdentityOwner(session, identity)
  if (owner === userId) return false
  // In the place of a deleted user's, never of another's who is there.
  const rows = await session.run({
    text: `
      insert into plinth.identities as i (user_id, provider, issuer, subject, email, name, linked_at)
      select u.id, $2, $3, $4, $5, $6, greatest(now(), u.created) from public.users u where u.id = $1::uuid
      on conflict (provider, issuer, subject) do update set
        user_id = excluded.user_id, email = excluded.email, name = excluded.name, linked_at = excluded.linked_at,
        last_used_at = now()
      where not exists (select from public.users u where u.id = i.user_id and u.created <= i.linked_at)
      returning id`,
    values: [userId, provider, issuer, subject, email, name],
  })
  if (rows.length === 0) throw errors.identityTaken({ provider })
  return true
}

/** A user's identities, the oldest first, as JSON text. */
export async function listIdentities(session: Session, userId: string): Promise<string> {
  const rows = await session.run({
    text: `
      select coalesce(json_agg(shown order by "linkedAt", id), '[]')::text
      from (
        select i.id, i.provider, coalesce(p.label, i.provider) as label, i.email, i.name, i.linked_at as "linkedAt",
          i.last_used_at as "lastUsedAt"
        from public.users u
        join plinth.identities i on i.user_id = u.id and u.created <= i.linked_at
        left join plinth.providers p on p.name = i.provider
        where u.id = $1::uuid
      ) shown`,
    values: [userId],
  })
  return rows[0]?.[0] ?? '[]'
}

/** Takes a way in from its user, and answers its provider; null for one that is not theirs. */
export async function deleteIdentity(session: Session, userId: string, id: string): Promise<string | null> {
  const rows = await session.run({
    text: 'delete from plinth.identities where id = $1::uuid and user_id = $2::uuid returning provider',
    values: [id, userId],
  })
  return rows[0]?.[0] ?? null
}

/** For an account whose address turns out to be another's than of who has made it. */
export async function forgetIdentities(session: Session, userId: string): Promise<void> {
  await session.run({ text: 'delete from plinth.identities where user_id = $1::uuid', values: [userId] })
}
