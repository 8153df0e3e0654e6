import type { Transporter } from 'nodemailer'
import type { DueMail } from './outbox.ts'

/** Where mail goes out. */
export interface SmtpSettings {
  /** `smtp://user:password@host:587`, or `smtps://…` for TLS from the first byte. */
  readonly url: string
  /** `Name <address>`, or an address alone. */
  readonly from: string
}

export interface Smtp {
  /** @throws SmtpFault */
  send(mail: DueMail): Promise<void>
  /** Whether the server answers and takes our name and password. @throws SmtpFault */
  verify(): Promise<void>
  close(): void
}

/** Why a mail was not taken, in words that hold no secret. */
export class SmtpFault extends Error {
  /** Whether another try is pointless: the server refuses this recipient or this mail for good. */
  readonly permanent: boolean

  constructor(message: string, permanent: boolean) {
    super(message)
    this.name = 'SmtpFault'
    this.permanent = permanent
  }
}

// All of them together stay below the time for which a mail is taken on, so that no other copy takes it meanwhile.
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 }
const maxConnections = 3

/** Opens the way out. Connections are made when there is mail. The package is loaded only where it is needed. */
export async function openSmtp({ url, from }: SmtpSettings): Promise<Smtp> {
  const { createTransport } = await import('nodemailer')
  const safe = { disableFileAccess: true, disableUrlAccess: true }
  const transport = createTransport({ url, pool: true, maxConnections, ...timeouts, ...safe })
  return {
    send: (mail) => send(transport, from, mail),
    verify: () => transport.verify().then(() => {}, refuse),
    close: () => transport.close(),
  }
}

async function send(transport: Transporter, from: string, mail: DueMail): Promise<void> {
  const domain = /@([^\s>]+)>?$/.exec(from)?.[1] ?? 'localhost'
  await transport
    .sendMail({
      from,
      // As an object it is one address, whatever is in it; as text it would be parsed as a list.
      to: { name: '', address: mail.recipient },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      // The same at every try, so that a mail which was taken although we did not hear so is recognised.
      messageId: `<${mail.id}@${domain}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    .catch(refuse)
}

function refuse(error: unknown): never {
  throw new SmtpFault(reasonOf(error), isPermanent(error))
}

const maxReason = 300

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, maxReason)

/** 5xx about the recipient or the message. A refused password is for the admin to mend, so those mails wait. */
function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('responseCode' in error)) return false
  const aboutMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE'
  return aboutMail && typeof error.responseCode === 'number' && error.responseCode >= 500
}
