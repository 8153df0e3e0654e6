import type { Session } from '../database/database.ts'

/** A user as sign-in answers it. */
export interface User {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
}

/** A user as JSON text, in a statement that names `public.users` `u`. */
export const userColumns = `jsonb_build_object('id', u.id, 'email', u.email, 'roles', u.roles)::text`

/** The user with this id; null when there is none (any more). */
export async function findUser(session: Session, id: string): Promise<User | null> {
  const rows = await session.run({
    text: `select ${userColumns} from public.users u where u.id = $1::uuid`,
    values: [id],
    name: 'auth-user',
  })
  return userOf(rows[0]?.[0])
}

/** The user with this address and their password's hash, where they have one. Two addresses that differ in case are one. */
export async function findByEmail(
  session: Session,
  email: string,
): Promise<{ readonly user: User; readonly hash: string } | null> {
  // A password that is older than its user was another's, who had the same id and was deleted.
  const rows = await session.run({
    text: `
      select ${userColumns}, p.hash
      from public.users u join plinth.passwords p on p.user_id = u.id and p.changed >= u.created
      where lower(u.email) = lower($1::text)`,
    values: [email],
    name: 'auth-sign-in',
  })
  const user = userOf(rows[0]?.[0])
  const hash = rows[0]?.[1]
  return user === null || !hash ? null : { user, hash }
}

/** Gives a user a password; false when there is no such user. */
export async function setPassword(session: Session, userId: string, hash: string): Promise<boolean> {
  const rows = await session.run({
    text: `
      insert into plinth.passwords (user_id, hash, changed)
      select u.id, $2::text, greatest(now(), u.created) from public.users u where u.id = $1::uuid
      on conflict (user_id) do update set hash = excluded.hash, changed = excluded.changed
      returning user_id`,
    values: [userId, hash],
  })
  return rows.length > 0
}

/** Reads what `userColumns` has written. */
export const userOf = (text: string | null | undefined): User | null => (text ? (JSON.parse(text) as User) : null)

/** The hash of a user's password; null where they have none. */
export async function findPassword(session: Session, userId: string): Promise<string | null> {
  const rows = await session.run({
    text: `
      select p.hash
      from public.users u join plinth.passwords p on p.user_id = u.id and p.changed >= u.created
      where u.id = $1::uuid`,
    values: [userId],
  })
  return rows[0]?.[0] ?? null
}
