import type { Database } from '../../database/database.ts'
import { startMailWorker, type MailWorkerOptions } from './mail-worker.ts'
import type { MailDeps } from './mail-deps.ts'
import { prepareMail } from './prepare-mail.ts'
import { openSmtp, type SmtpSettings } from './smtp.ts'

export interface MailOptions extends Pick<MailWorkerOptions, 'onFault' | 'onError' | 'pollMs' | 'firstRetry'> {
  /** Null keeps all mail in the outbox. */
  readonly smtp: SmtpSettings | null
  /** Called once it is known whether the SMTP server answers: with null, or with what is wrong. */
  readonly onVerified?: (fault: string | null) => void
}

export interface Mail extends MailDeps {
  /** Begins to send, now that it is known where links lead. */
  start(publicUrl: string): void
  stop(): Promise<void>
}

/** Opens mail: from now on it can be written, and from `start` on it is sent. */
export async function openMail(
  database: Database,
  { smtp: settings, onVerified, ...options }: MailOptions,
): Promise<Mail> {
  const smtp = settings === null ? null : await openSmtp(settings)
  let address: string | undefined
  let worker: ReturnType<typeof startMailWorker> | undefined
  const mail: MailDeps = {
    database,
    publicUrl: () => {
      if (address === undefined) throw new Error('Mail was written before it was known where its links lead.')
      return address
    },
    wake: () => worker?.wake(),
  }
  return {
    ...mail,
    start: (publicUrl) => {
      address = publicUrl
      worker = startMailWorker({ ...options, database, smtp, prepare: (due) => prepareMail(mail, due) })
      if (smtp !== null && onVerified !== undefined) {
        smtp.verify().then(
          () => onVerified(null),
          (fault: unknown) => onVerified(fault instanceof Error ? fault.message : String(fault)),
        )
      }
    },
    stop: async () => {
      await worker?.stop()
      smtp?.close()
    },
  }
}
