import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly parsed: ParsedMail
  readonly raw: string
  /** To whom the envelope says it goes. */
  readonly to: readonly string[]
  readonly from: string
}

export interface SmtpInbox {
  readonly port: number
  readonly url: string
  readonly mails: readonly ReceivedMail[]
  /** Waits for the next mail to this address that was not answered before. */
  next(to: string): Promise<ReceivedMail>
  /** Refuses what comes, with this code; null takes it. */
  refuseWith(code: number | null): void
  stop(): Promise<void>
}

export interface SmtpInboxOptions {
  readonly port?: number
  readonly password?: string
}

/** A real SMTP server that keeps what it is given. */
export async function startSmtpInbox({ port = 0, password }: SmtpInboxOptions = {}): Promise<SmtpInbox> {
  const mails: ReceivedMail[] = []
  const answered = new Set<ReceivedMail>()
  const state: { refusal: number | null } = { refusal: null }
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', ...(password === undefined ? ['AUTH' as const] : [])],
    allowInsecureAuth: true,
    authOptional: password === undefined,
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: auth.username }) : done(new Error('wrong password')),
    onRcptTo: (_address, _session, done) =>
      state.refusal === null ? done() : done(Object.assign(new Error('not now'), { responseCode: state.refusal })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        const { mailFrom, rcptTo } = session.envelope
        simpleParser(raw, {}, (_error, parsed) => {
          const to = rcptTo.map((each) => each.address)
          mails.push({ parsed, raw, to, from: mailFrom === false ? '' : mailFrom.address })
          done()
        })
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  // Listening on a port, so it is no path.
  const { port: listening } = server.server.address() as AddressInfo
  const user = password === undefined ? '' : `plinth:${encodeURIComponent(password)}@`
  return {
    port: listening,
    url: `smtp://${user}127.0.0.1:${listening}`,
    mails,
    next: async (to) => {
      for (let waited = 0; waited < 15_000; waited += 20) {
        const found = mails.find((each) => !answered.has(each) && each.to.includes(to))
        if (found !== undefined) {
          answered.add(found)
          return found
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`No mail came to ${to}; there are ${mails.map((each) => each.to.join()).join(' ')}`)
    },
    refuseWith: (code) => {
      state.refusal = code
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The token of the link in a mail. */
export const tokenIn = ({ parsed }: ReceivedMail): string => /#token=([\w-]+)/.exec(parsed.text ?? '')?.[1] ?? ''
