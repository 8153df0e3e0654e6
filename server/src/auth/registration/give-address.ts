import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { errorCode } from '../../database/error-code.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const uniqueViolation = '23505'

/** Writes a user's address, in their name. @throws Problem addressTaken */
export async function giveAddress(session: Session, userId: string, email: string, requestId: string): Promise<void> {
  const context = `${requestId} user:${userId}`
  await session.run({ text: `select set_config('plinth.context', $1::text, true)`, values: [context] })
  await session
    .run({
      text: 'update public.users set email = $2, updated = now() where id = $1::uuid',
      values: [userId, email],
    })
    .catch((error: unknown) => {
      throw errorCode(error) === uniqueViolation ? errors.addressTaken({ cause: error }) : error
    })
}
