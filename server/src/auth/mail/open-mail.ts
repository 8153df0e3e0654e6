import type { Database } from '../../database/database.ts'
import { startMailWorker, type MailWorkerOptions } from './mail-worker.ts'
import type { MailDeps } from './mail-deps.ts'
import { prepareMail } from './prepare-mail.ts'
import { openSmtp, type SmtpSettings } from './smtp.ts'

export interface MailOptions extends Pick<MailWorkerOptions, 'onFault' | 'onError' | 'pollMs' | 'firstRetry'> {
  /** Null keeps all mail in the outbox. */
  readonly smtp: SmtpSettings | null
}

export interface Mail extends MailDeps {
  /** Begins to send, now that it is known where links lead. */
  start(publicUrl: string): void
  stop(): Promise<void>
}

/** Opens mail: from now on it can be written, and from `start` on it is sent. */
export async function openMail(database: Database, { smtp: settings, ...options }: MailOptions): Promise<Mail> {
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
    },
    stop: async () => {
      await worker?.stop()
      smtp?.close()
    },
  }
}
