import { type Mail, openMail } from './auth/mail/open-mail.ts'
import type { Config } from './config.ts'
import type { Database } from './database/database.ts'
import type { Log } from './observability/log.ts'

/** Opens mail as it is configured, and says in the log what becomes of it. */
export function openOutgoingMail(config: Config, log: Log, database: Database): Promise<Mail> {
  const { smtpUrl, mailFrom } = config
  return openMail(database, {
    smtp: smtpUrl === null || mailFrom === null ? null : { url: smtpUrl, from: mailFrom },
    onFault: ({ id, reason, givenUp }) =>
      log.warn({ mail: id, fault: reason }, givenUp ? 'a mail was given up' : 'a mail could not be sent yet'),
    onError: (err) => log.error({ err }, 'mail could not be looked after'),
  })
}
