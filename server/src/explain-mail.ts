import { openSmtp } from './auth/mail/smtp.ts'
import type { Config } from './config.ts'
import type { Log } from './observability/log.ts'

/** Says in the log where mail goes, and where its links lead. For whoever has started it, so once for all workers. */
export async function explainMail(
  { smtpUrl, mailFrom, publicUrl }: Pick<Config, 'smtpUrl' | 'mailFrom' | 'publicUrl'>,
  log: Log,
  localUrl: string,
): Promise<void> {
  if (publicUrl === null)
    log.warn({ url: localUrl }, 'PLINTH_PUBLIC_URL is not set: links in mails lead to this address')
  if (smtpUrl === null || mailFrom === null)
    return log.warn(
      'PLINTH_SMTP_URL is not set: no mail is sent, all of it is kept in the outbox (GET /api/admin/outbox)',
    )
  const fault = await faultOf(smtpUrl, mailFrom)
  if (fault === null) log.info('the SMTP server answers')
  else log.warn({ fault }, 'the SMTP server cannot be used yet: mail waits in the outbox and is tried again')
}

/** Why the SMTP server cannot be used, in words that hold no secret. */
async function faultOf(url: string, from: string): Promise<string | null> {
  const smtp = await openSmtp({ url, from })
  try {
    await smtp.verify()
    return null
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault)
  } finally {
    smtp.close()
  }
}
