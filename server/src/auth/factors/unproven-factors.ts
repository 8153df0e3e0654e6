import type { Session } from '../../database/database.ts'

/** From now on these factors are those of who reads the mail to the user's address. */
export async function markFactorsProven(session: Session, userId: string): Promise<void> {
  await session.run({
    text: `
      with totp as (update plinth.totp_factors set proven = true where user_id = $1::uuid and not proven)
      update plinth.passkeys set proven = true where user_id = $1::uuid and not proven`,
    values: [userId],
    name: 'auth-mark-factors-proven',
  })
}

/** Removes what was added while nobody had proved the address, and answers how many factors that were. */
export async function dropUnprovenFactors(session: Session, userId: string): Promise<number> {
  const rows = await session.run({
    text: `
      with totp as (
        delete from plinth.totp_factors where user_id = $1::uuid and not proven returning confirmed is not null as counted
      ), passkeys as (
        delete from plinth.passkeys where user_id = $1::uuid and not proven returning true as counted
      )
      select counted from totp where counted union all select counted from passkeys`,
    values: [userId],
  })
  return rows.length
}
