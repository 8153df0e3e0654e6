import { newSetupToken } from './auth/first-admin.ts'
import type { Config } from './config.ts'
import type { Database } from './database/database.ts'

/** The link by which a person makes the first admin; null when there is one. The token is in the fragment, which is never sent. */
export async function firstAdminLink(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  database: Database,
  address: string,
): Promise<string | null> {
  const token = await newSetupToken(database)
  return token === null ? null : `${publicUrl ?? address}/setup#token=${token}`
}
