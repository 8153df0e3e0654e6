import type { ByMailDeps } from './by-mail-deps.ts'
import { newTicket } from '../mail/one-time-codes.ts'
import { type AskedMail, askForMail } from '../mail/outbox.ts'

export interface Asked {
  readonly email: string
  readonly language: string
}

/** Asks for a mail with a link. The same for every address: whether it is anybody's turns out later. */
export async function askForLink(
  { mail }: ByMailDeps,
  template: Exclude<AskedMail, 'signUp' | 'code' | 'changeEmail'>,
  { email, language }: Asked,
): Promise<void> {
  await askForMail(mail.database, { template, language, recipient: email })
  mail.wake()
}

/** Asks for a code; answers the ticket without which it opens nothing. */
export async function askForCode(
  { mail }: ByMailDeps,
  { email, language }: Asked,
): Promise<{ readonly ticket: string }> {
  const { ticket, ticketHash } = newTicket()
  await askForMail(mail.database, { template: 'code', language, recipient: email, given: { ticketHash } })
  mail.wake()
  return { ticket }
}
