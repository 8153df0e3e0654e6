import type { Session } from '../../database/database.ts'
import type { MailDeps } from '../mail/mail-deps.ts'
import { sendMail } from '../mail/send-mail.ts'

/** Tells a user by mail that they can sign in in one more way: whoever did not do that themselves should know. */
export const tellLinked = (mail: MailDeps, session: Session, to: string, provider: string): Promise<void> =>
  sendMail(mail, { to, template: 'identityLinked', values: { provider } }, session)
