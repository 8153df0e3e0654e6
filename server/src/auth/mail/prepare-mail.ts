import { randomInt } from 'node:crypto'
import type { Session } from '../../database/database.ts'
import { isVerifiedSql } from '../../access/verified-address.ts'
import { isPlaceholder } from '../placeholder-address.ts'
import { issueCode } from './one-time-codes.ts'
import { issueToken } from './one-time-tokens.ts'
import type { MailDeps } from './mail-deps.ts'
import { type AskedMail, type DueMail, dropMail, writeMail } from './outbox.ts'
import { linkTo, siteOf } from './send-mail.ts'
import type { MailTemplateName } from './templates/mail-content.ts'
import { type MailValues, renderMail } from './templates/render-mail.ts'
import { findTemplate } from './templates/stored-templates.ts'

/** What a mail that was asked for turns out to be. */
interface Prepared {
  /** As the user wrote their address when they registered: mail goes there, and not to what somebody has typed now. */
  readonly to: string
  readonly template: MailTemplateName
  readonly values: MailValues
}

type Prepare = (session: Session, deps: MailDeps, mail: DueMail) => Promise<Prepared | null>

const linkMinutes = 30
const signInMinutes = 15
const codeMinutes = 10
const signUpMinutes = 60

/**
 * Writes a mail that was asked for, or forgets it where there is no such account. It happens here, and not in the request,
 * so that nobody can tell by the answer, nor by its time, which addresses are registered.
 */
export async function prepareMail(deps: MailDeps, mail: DueMail): Promise<DueMail | null> {
  return deps.database.transaction(async (session) => {
    const prepare = preparations[mail.template]
    const prepared = prepare === undefined ? null : await prepare(session, deps, mail)
    if (prepared === null) {
      await dropMail(session, mail.id)
      return null
    }
    const template = await findTemplate(session, prepared.template, mail.language)
    const { to: recipient, values } = prepared
    const written = { ...renderMail(template, { ...values, email: recipient, site: siteOf(deps) }), recipient }
    if (await writeMail(session, mail.id, written)) return { ...mail, ...written, state: 'waiting' }
    // Another copy has written it; what was made here must not stay.
    throw new Error('A mail was written twice at once.')
  })
}

const verifyEmail: Prepare = async (session, deps, { recipient }) => {
  const user = await findRecipient(session, recipient)
  if (user === null || user.verified) return null
  const token = await issueToken(session, {
    purpose: 'verify',
    userId: user.id,
    email: user.email,
    minutes: linkMinutes,
  })
  return { to: user.email, template: 'verifyEmail', values: linkValues(deps, 'verify-email', token, linkMinutes) }
}

const magicLink: Prepare = async (session, deps, { recipient }) => {
  const user = await findRecipient(session, recipient)
  if (user === null) return null
  const { id: userId, email } = user
  const token = await issueToken(session, { purpose: 'magicLink', userId, email, minutes: signInMinutes })
  return { to: email, template: 'magicLink', values: linkValues(deps, 'magic-link', token, signInMinutes) }
}

const resetPassword: Prepare = async (session, deps, { recipient }) => {
  const user = await findRecipient(session, recipient)
  if (user === null) return null
  const token = await issueToken(session, {
    purpose: 'reset',
    userId: user.id,
    email: user.email,
    minutes: linkMinutes,
  })
  return { to: user.email, template: 'resetPassword', values: linkValues(deps, 'reset', token, linkMinutes) }
}

// A ticket for nobody is kept all the same: a try at it then takes the same work, and has the same number of tries.
const code: Prepare = async (session, _deps, { recipient, given }) => {
  const user = await findRecipient(session, recipient)
  const digits = String(randomInt(1_000_000)).padStart(6, '0')
  await issueCode(session, {
    ticketHash: given.ticketHash ?? '',
    code: digits,
    userId: user?.id ?? null,
    email: user?.email ?? recipient,
    minutes: codeMinutes,
  })
  if (user === null) return null
  return { to: user.email, template: 'code', values: { code: digits, minutes: String(codeMinutes) } }
}

const changeEmail: Prepare = async (session, deps, { recipient, given }) => {
  const taken = await findRecipient(session, recipient)
  if (taken !== null) return { to: taken.email, template: 'alreadyRegistered', values: {} }
  const { userId = '', oldEmail = '' } = given
  const token = await issueToken(session, {
    purpose: 'changeEmail',
    userId,
    email: recipient,
    currentEmail: oldEmail,
    minutes: linkMinutes,
  })
  const values = { ...linkValues(deps, 'change-email', token, linkMinutes), oldEmail }
  return { to: recipient, template: 'changeEmail', values }
}

// Whoever has the address already is told so by mail; whoever typed it learns nothing.
const signUp: Prepare = async (session, deps, { recipient, given }) => {
  const taken = await findRecipient(session, recipient)
  if (taken !== null) return { to: taken.email, template: 'alreadyRegistered', values: {} }
  const { userId = null, currentEmail = recipient, ...data } = given
  const minutes = signUpMinutes
  const token = await issueToken(session, { purpose: 'signUp', userId, email: recipient, currentEmail, data, minutes })
  return { to: recipient, template: 'signUp', values: linkValues(deps, 'sign-up', token, minutes) }
}

const preparations: Partial<Record<MailTemplateName, Prepare>> = {
  verifyEmail,
  magicLink,
  code,
  resetPassword,
  changeEmail,
  signUp,
} satisfies Record<AskedMail, Prepare>

const linkValues = (deps: MailDeps, page: string, token: string, minutes: number): MailValues => ({
  link: linkTo(deps, page, token),
  token,
  minutes: String(minutes),
})

interface Recipient {
  readonly id: string
  readonly email: string
  readonly verified: boolean
}

async function findRecipient(session: Session, email: string): Promise<Recipient | null> {
  // Of a user who has no address yet: no mail can reach them.
  if (isPlaceholder(email)) return null
  const rows = await session.run({
    text: `
      select u.id, u.email, ${isVerifiedSql('u')}
      from public.users u
      where lower(u.email) = lower($1::text)`,
    values: [email],
    name: 'mail-recipient',
  })
  const [row] = rows
  return row === undefined ? null : { id: row[0] ?? '', email: row[1] ?? '', verified: row[2] === 't' }
}
