import { randomBytes } from 'node:crypto'
import type { Session } from '../../database/database.ts'
import { secretHash } from '../secret.ts'

const count = 10
// Crockford's: no letter looks like a digit. https://www.crockford.com/base32.html
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const characters = 16

/** 80 random bits, which nobody finds from a plain hash: `7k2m-9qxd-4wfh-z8tn`. */
function newCode(): string {
  const letters = [...randomBytes(characters)].map((byte) => alphabet[byte & 31]).join('')
  return letters.replace(/(.{4})(?!$)/g, '$1-')
}

/** As people type it: in any case, with or without what stands between. */
const plain = (code: string): string =>
  code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1')

const hashOf = (code: string): string => secretHash(`recovery:${plain(code)}`)

/** Makes codes in place of all that the user had. Only hashes are kept, so this is the one time that they can be shown. */
export async function makeRecoveryCodes(session: Session, userId: string): Promise<readonly string[]> {
  const codes = Array.from({ length: count }, newCode)
  await session.run({ text: 'delete from plinth.recovery_codes where user_id = $1::uuid', values: [userId] })
  await session.run({
    text: `
      insert into plinth.recovery_codes (user_id, hash, created)
      select u.id, hash::bytea, greatest(now(), u.created)
      from public.users u, unnest($2::text[]) hash
      where u.id = $1::uuid`,
    values: [userId, codes.map(hashOf)],
  })
  return codes
}

/** Uses a code up, once: false for one that is wrong, was used, or was replaced. */
export async function useRecoveryCode(session: Session, userId: string, code: string): Promise<boolean> {
  const rows = await session.run({
    text: `
      delete from plinth.recovery_codes r using public.users u
      where r.user_id = $1::uuid and r.hash = $2::bytea and u.id = r.user_id and r.created >= u.created
      returning 1`,
    values: [userId, hashOf(code)],
    name: 'auth-use-recovery-code',
  })
  return rows.length > 0
}

/** How many a user has left. */
export async function countRecoveryCodes(session: Session, userId: string): Promise<number> {
  const rows = await session.run({
    text: `
      select count(*)
      from plinth.recovery_codes r join public.users u on u.id = r.user_id and r.created >= u.created
      where u.id = $1::uuid`,
    values: [userId],
  })
  return Number(rows[0]?.[0] ?? 0)
}
