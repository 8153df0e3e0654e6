import { type Mail, openMail } from './auth/mail/open-mail.ts'
import type { Config } from './config.ts'
import type { Database } from './database/database.ts'
import type { Log } from './observability/log.ts'

/** Opens mail as it is configured, and says in the log what becomes of it. */
export function openOutgoingMail(config: Config, log: Log, database: Database): Promise<Mail> {
  const { smtpUrl, mailFrom } = config
  return openMail(database, {
    smtp: smtpUrl === null || mailFrom === null ? null : { url: smtpUrl, from: mailFrom },
    onVerified: (fault) => {
      if (fault === null) log.info('the SMTP server answers')
      else log.warn({ fault }, 'the SMTP server cannot be used yet: mail waits in the outbox and is tried again')
    },
    onFault: ({ id, reason, givenUp }) =>
      log.warn({ mail: id, fault: reason }, givenUp ? 'a mail was given up' : 'a mail could not be sent yet'),
    onError: (err) => log.error({ err }, 'mail could not be looked after'),
  })
}

/** Begins to send. Links lead to the configured address, or else to where the server listens: never to what a request says. */
export function startOutgoingMail(mail: Mail, { smtpUrl, publicUrl }: Config, log: Log, localUrl: string): void {
  if (smtpUrl === null)
    log.warn('PLINTH_SMTP_URL is not set: no mail is sent, all of it is kept in the outbox (GET /api/admin/outbox)')
  if (publicUrl === null)
    log.warn({ url: localUrl }, 'PLINTH_PUBLIC_URL is not set: links in mails lead to this address')
  mail.start(publicUrl ?? localUrl)
}
