import { errors } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { Database, Session } from '../database/database.ts'
import { newSecret, secretHash } from './secret.ts'

/** A key in use: who it makes of its bearer, and until when. */
export interface KeyHolder {
  readonly actor: Actor
  /** Milliseconds since 1970; null for a key without end. */
  readonly expiresAt: number | null
}

/** How a key can be told from an access token. */
export const keyPrefix = 'plk_'
const shownCharacters = keyPrefix.length + 6
const format = /^plk_[\w-]{43}$/

export interface NewKey {
  readonly name: string
  readonly roles: readonly string[]
  /** ISO 8601. */
  readonly expiresAt: string | null
}

/** Makes a key. Only its hash is kept, so this is the one time it can be shown. */
export async function createKey(
  database: Database,
  { name, roles, expiresAt }: NewKey,
  by: Actor,
): Promise<{ readonly id: string; readonly key: string }> {
  const key = keyPrefix + newSecret()
  const rows = await database.run({
    text: `
      insert into plinth.api_keys (name, prefix, hash, roles, expires, created_by)
      values ($1, $2, $3::bytea, $4::text[], $5::timestamptz, $6)
      returning id`,
    values: [name, key.slice(0, shownCharacters), secretHash(key), roles, expiresAt, `${by.kind}:${by.id ?? ''}`],
  })
  return { id: rows[0]?.[0] ?? '', key }
}

/** All keys that were not revoked, as JSON text. */
export async function listKeys(session: Session): Promise<string> {
  const rows = await session.run({
    text: `
      select coalesce(json_agg(keys order by created desc, id desc), '[]')::text
      from (
        select id, name, prefix, roles, created, created_by as "createdBy", expires as "expiresAt", last_used as "lastUsed"
        from plinth.api_keys
        where revoked is null
      ) keys`,
    values: [],
  })
  return rows[0]?.[0] ?? '[]'
}

/** @throws Problem keyNotFound for a key that is not there, or was revoked before */
export async function revokeKey(session: Session, id: string): Promise<void> {
  const rows = await session.run({
    text: 'update plinth.api_keys set revoked = now() where id = $1::uuid and revoked is null returning id',
    values: [id],
  })
  if (rows.length === 0) throw errors.keyNotFound({ id })
}

/** Who a key stands for; null for one that is unknown, revoked or expired. */
export async function findKeyHolder(session: Session, key: string): Promise<KeyHolder | null> {
  if (!format.test(key)) return null
  const rows = await session.run({
    text: `
      select id, to_json(roles)::text, (extract(epoch from expires) * 1000)::bigint
      from plinth.api_keys
      where hash = $1::bytea and revoked is null and (expires is null or expires > now())`,
    values: [secretHash(key)],
    name: 'auth-key',
  })
  const [row] = rows
  if (row === undefined) return null
  const [id = null, roles, expires = null] = row
  return {
    actor: { kind: 'key', id, userId: null, roles: rolesOf(roles) },
    expiresAt: expires === null ? null : Number(expires),
  }
}

// Written by the statement above, from a column that cannot hold anything else.
const rolesOf = (text: string | null | undefined): readonly string[] => JSON.parse(text ?? '[]') as readonly string[]

/** Writes down that a key is in use. */
export async function markUsed(session: Session, id: string): Promise<void> {
  await session.run({
    text: 'update plinth.api_keys set last_used = now() where id = $1::uuid',
    values: [id],
  })
}
