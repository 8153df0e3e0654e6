import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import type { OwnSession } from './own-session.ts'

/** Gives one of one's own factors another name. @throws Problem factorNotFound */
export async function renameFactor(
  session: Session,
  { userId }: OwnSession,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> {
  const rows = await session.run({
    text: `
      with totp as (
        update plinth.totp_factors set name = $3 where id = $1::uuid and user_id = $2::uuid returning id
      ), passkeys as (
        update plinth.passkeys set name = $3 where id = $1::uuid and user_id = $2::uuid returning id
      )
      select id from totp union all select id from passkeys`,
    values: [id, userId, name],
  })
  if (rows.length === 0) throw errors.factorNotFound({ id })
}
