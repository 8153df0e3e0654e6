import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../database/database.ts'
import { forgetExpired } from './forget-expired.ts'
import { type DueMail, markFailed, markKept, markSent, takeDueMail, tryLater } from './outbox.ts'
import { type Smtp, SmtpFault } from './smtp.ts'

export interface MailWorkerOptions {
  readonly database: Database
  /** Writes a mail that was asked for; null where it is for nobody, or another copy was quicker. */
  readonly prepare: (mail: DueMail) => Promise<DueMail | null>
  /** Null keeps all mail in the outbox. */
  readonly smtp: Smtp | null
  /** Called with what went wrong, and whether the mail is given up. */
  readonly onFault: (fault: { readonly id: string; readonly reason: string; readonly givenUp: boolean }) => void
  readonly onError: (error: unknown) => void
  readonly pollMs?: number
  /** Seconds before the second try; each further wait is twice as long. */
  readonly firstRetry?: number
}

export interface MailWorker {
  /** There may be mail. */
  wake(): void
  /** Finishes what it is sending, but does not wait for a slow server: what was not sent is sent after the next start. */
  stop(): Promise<void>
}

// Few at once: each holds a connection to PostgreSQL while it is written, and requests need those more.
const batch = 4
/** Longer than the slowest SMTP server may take for a mail, so that no other copy takes it meanwhile. */
const leaseSeconds = 300
const maxRetry = 300
const tidyMs = 3_600_000
const stopMs = 5_000

/** Sends what is in the outbox, in the background. Every copy of the server runs one; each mail is taken by one of them. */
export function startMailWorker(options: MailWorkerOptions): MailWorker {
  const { database, onError, pollMs = 2_000 } = options
  const state = { stopped: false, woken: false }
  let resume = (): void => {}
  let tidied = 0

  async function work(): Promise<void> {
    while (!state.stopped) {
      state.woken = false
      const busy = await round().catch((error: unknown) => {
        if (!state.stopped) onError(error)
        return false
      })
      if (!busy && !state.woken && !state.stopped) await pause()
    }
  }
  async function round(): Promise<boolean> {
    if (Date.now() - tidied > tidyMs) {
      tidied = Date.now()
      await forgetExpired(database)
    }
    const due = await takeDueMail(database, batch, leaseSeconds)
    await Promise.all(due.map((mail) => deliver(options, mail)))
    return due.length === batch
  }
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      resume = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
  const working = work()
  const wake = (): void => {
    state.woken = true
    resume()
  }
  return {
    wake,
    stop: async () => {
      state.stopped = true
      wake()
      await Promise.race([working, sleep(stopMs, undefined, { ref: false })])
    },
  }
}

async function deliver(options: MailWorkerOptions, due: DueMail): Promise<void> {
  const { database, smtp, prepare, onFault } = options
  if (due.expired) {
    onFault({ id: due.id, reason: 'It could not be sent in time.', givenUp: true })
    await markFailed(database, due.id, 'It could not be sent in time.')
    return
  }
  const mail = due.state === 'asked' ? await prepare(due) : due
  if (mail === null) return
  if (smtp === null) return void (await markKept(database, mail.id))
  try {
    await smtp.send(mail)
  } catch (fault) {
    if (!(fault instanceof SmtpFault)) throw fault
    onFault({ id: mail.id, reason: fault.message, givenUp: fault.permanent })
    if (fault.permanent) await markFailed(database, mail.id, fault.message)
    else await tryLater(database, mail.id, fault.message, retryAfter(mail.tries, options.firstRetry))
    return
  }
  await markSent(database, mail.id)
}

/** 1 s, 2 s, 4 s … up to five minutes, and a random part, so that all mails do not come at once when the server is back. */
const retryAfter = (tries: number, first = 1): number =>
  Math.min(maxRetry, first * 2 ** Math.min(tries - 1, 16)) * (0.75 + Math.random() / 2)
