import type { Session } from '../../database/database.ts'
import { isPlaceholder } from '../placeholder-address.ts'
import { findUser } from '../users.ts'
import type { MailDeps } from './mail-deps.ts'
import { type NewMail, sendMail } from './send-mail.ts'
import type { MailTemplateName } from './templates/mail-content.ts'
import { findLanguage } from './user-language.ts'

/**
 * Tells a user by mail what has happened to their account; nobody, where no mail can reach them. In the language in which
 * they asked for it just now, else in the one they read.
 */
export async function tellUser<Name extends MailTemplateName>(
  mail: MailDeps,
  session: Session,
  userId: string,
  notice: Pick<NewMail<Name>, 'template' | 'values'>,
  asked?: string,
): Promise<void> {
  const user = await findUser(session, userId)
  if (user === null || isPlaceholder(user.email)) return
  const language = asked ?? (await findLanguage(session, userId))
  await sendMail(mail, { to: user.email, language, ...notice }, session)
}
