import { errors } from '@plinth/schema'
import type { Database, Session } from '../database/database.ts'
import { hashPassword, refuseWeakPassword } from './passwords.ts'
import { newSecret, secretHash } from './secret.ts'
import { findUser, setPassword, type User } from './users.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
}

const tokenHours = 24

/** Held while the first admin is made, so that only one is. Never changes. */
const firstAdminLock = 7_045_231_004

/** Whether somebody can sign in as an admin. */
async function hasAdmin(session: Session): Promise<boolean> {
  const rows = await session.run({
    text: `select exists (select from public.users where 'admin' = any(roles))`,
    values: [],
  })
  return rows[0]?.[0] === 't'
}

/** A new one-time token for whoever sees where Plinth was started; null when there is an admin already. */
export async function newSetupToken(database: Database): Promise<string | null> {
  if (await hasAdmin(database)) return null
  const token = newSecret()
  await database.run({ text: 'delete from plinth.setup_tokens where expires < now()', values: [] })
  await database.run({
    text: `insert into plinth.setup_tokens (hash, expires) values ($1::bytea, now() + interval '${tokenHours} hours')`,
    values: [secretHash(token)],
  })
  return token
}

/** Makes the first admin for whoever has the token. The token, and all others, are used up by it. */
export async function setUpAdmin(
  database: Database,
  token: string,
  credentials: Credentials,
  requestId: string,
): Promise<User> {
  refuseWeakPassword(credentials.password)
  // Asked for once more below: guests must not have us hash what opens nothing.
  if (await hasAdmin(database)) throw errors.setupDone()
  const hash = await hashPassword(credentials.password)
  return database.transaction(async (session) => {
    await waitForTurn(session)
    if (await hasAdmin(session)) throw errors.setupDone()
    const used = await session.run({
      text: 'delete from plinth.setup_tokens where hash = $1::bytea and expires > now() returning 1',
      values: [secretHash(token)],
    })
    if (used.length === 0) throw errors.setupLinkInvalid()
    await session.run({ text: 'delete from plinth.setup_tokens', values: [] })
    return createAdmin(session, credentials.email, hash, requestId)
  })
}

/** Makes the first admin from the configuration; false when there is one already, or another copy makes it meanwhile. */
export async function createConfiguredAdmin(database: Database, { email, password }: Credentials): Promise<boolean> {
  if (await hasAdmin(database)) return false
  const hash = await hashPassword(password)
  return database.transaction(async (session) => {
    await waitForTurn(session)
    if (await hasAdmin(session)) return false
    await createAdmin(session, email, hash, 'start')
    return true
  })
}

/** Until the transaction ends, nobody else makes a first admin. */
async function waitForTurn(session: Session): Promise<void> {
  await session.run({ text: `select pg_advisory_xact_lock(${firstAdminLock})`, values: [] })
}

/** A user who has this address already becomes the admin. */
async function createAdmin(session: Session, email: string, hash: string, requestId: string): Promise<User> {
  await session.run({ text: `select set_config('plinth.context', $1::text, true)`, values: [`${requestId} system`] })
  const rows = await session.run({
    text: `
      with promoted as (
        update public.users
        set roles = roles || array['admin'], updated = now()
        where lower(email) = lower($1::text)
        returning id
      ), created as (
        insert into public.users (id, email, roles, created, updated)
        select plinth.uuid_v7(), $1::text, array['admin'], now(), now()
        where not exists (select from promoted)
        returning id
      )
      select id from promoted union all select id from created`,
    values: [email],
  })
  const id = rows[0]?.[0] ?? ''
  await setPassword(session, id, hash)
  const user = await findUser(session, id)
  if (user === null) throw new Error('The admin who was just made is not there.')
  return user
}
