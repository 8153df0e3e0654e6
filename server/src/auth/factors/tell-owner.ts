import type { Session } from '../../database/database.ts'
import type { MailDeps } from '../mail/mail-deps.ts'
import { type NewMail, sendMail } from '../mail/send-mail.ts'
import { fallbackLanguage } from '../mail/templates/built-in-template.ts'
import { isPlaceholder } from '../placeholder-address.ts'
import type { Origin } from '../sessions/session.ts'
import { findUser } from '../users.ts'

type Notice = 'factorAdded' | 'factorRemoved' | 'recoveryCodeUsed'

/** Tells a user by mail what has happened to their second factors; nobody, where no mail can reach them. */
export async function tellOwner<Name extends Notice>(
  mail: MailDeps,
  session: Session,
  userId: string,
  notice: Pick<NewMail<Name>, 'template' | 'values'>,
  { language = fallbackLanguage }: Pick<Origin, 'language'>,
): Promise<void> {
  const user = await findUser(session, userId)
  if (user === null || isPlaceholder(user.email)) return
  await sendMail(mail, { to: user.email, language, ...notice }, session)
}
