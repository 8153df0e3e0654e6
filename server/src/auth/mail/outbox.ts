import type { Session } from '../../database/database.ts'
import type { MailTemplate } from './templates/built-in-template.ts'
import type { MailTemplateName } from './templates/mail-content.ts'

/** A mail that somebody asked for by an address which may be nobody's. The worker finds out, and writes it or forgets it. */
export type AskedMail = 'signUp' | 'verifyEmail' | 'magicLink' | 'code' | 'resetPassword' | 'changeEmail'

export interface AskedRow {
  readonly template: AskedMail
  readonly language: string
  readonly recipient: string
  readonly given?: Readonly<Record<string, string>>
}

/** A mail as the worker takes it on. */
export interface DueMail {
  readonly id: string
  readonly state: 'asked' | 'waiting'
  readonly template: MailTemplateName
  readonly language: string
  readonly recipient: string
  readonly given: Readonly<Record<string, string>>
  readonly tries: number
  readonly expired: boolean
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** For how long a mail may still be delivered. One with a link or a code is useless later. */
const askedMinutes = 15

/** Notes that a mail is wanted: the same work, and the same wait, whether or not there is such an account. */
export async function askForMail(
  session: Session,
  { template, language, recipient, given = {} }: AskedRow,
): Promise<void> {
  await session.run({
    text: `
      insert into plinth.outbox (state, template, language, recipient, given, expires)
      values ('asked', $1, $2, $3, $4::jsonb, now() + make_interval(mins => $5::int))`,
    values: [template, language, recipient, JSON.stringify(given), askedMinutes],
    name: 'mail-ask',
  })
}

export interface WrittenMail extends MailTemplate {
  readonly template: MailTemplateName
  readonly language: string
  readonly recipient: string
  readonly minutes: number
}

/** Puts a finished mail into the outbox. */
export async function putMail(session: Session, mail: WrittenMail): Promise<void> {
  const { template, language, recipient, subject, text, html, minutes } = mail
  await session.run({
    text: `
      insert into plinth.outbox (state, template, language, recipient, subject, text, html, expires)
      values ('waiting', $1, $2, $3, $4, $5, $6, now() + make_interval(mins => $7::int))`,
    values: [template, language, recipient, subject, text, html, minutes],
    name: 'mail-put',
  })
}

/**
 * Takes on mails that are due. Copies never take the same one: rows that another is about to take are skipped, and what
 * was taken is not due again for so many seconds. When its copy has died by then, another takes it.
 */
export async function takeDueMail(session: Session, limit: number, leaseSeconds: number): Promise<readonly DueMail[]> {
  const rows = await session.run({
    text: `
      with due as (
        select id from plinth.outbox
        where state in ('asked', 'waiting') and next_try <= now()
        order by next_try
        limit $1::int
        for update skip locked
      )
      update plinth.outbox o
      set next_try = now() + make_interval(secs => $2::int), tries = o.tries + 1
      from due where o.id = due.id
      returning jsonb_build_object(
        'id', o.id, 'state', o.state, 'template', o.template, 'language', o.language, 'recipient', o.recipient,
        'given', o.given, 'tries', o.tries, 'expired', o.expires < now(),
        'subject', coalesce(o.subject, ''), 'text', coalesce(o.text, ''), 'html', coalesce(o.html, '')
      )::text`,
    values: [limit, leaseSeconds],
    name: 'mail-take',
  })
  // The statement builds exactly this.
  return rows.map(([text]) => JSON.parse(text ?? '') as DueMail)
}

/** Fills in a mail that was asked for; false when another copy was quicker. */
export async function writeMail(
  session: Session,
  id: string,
  { recipient, subject, text, html }: MailTemplate & { readonly recipient: string },
): Promise<boolean> {
  const rows = await session.run({
    text: `
      update plinth.outbox set state = 'waiting', recipient = $2, subject = $3, text = $4, html = $5, given = '{}'
      where id = $1::uuid and state = 'asked'
      returning 1`,
    values: [id, recipient, subject, text, html],
    name: 'mail-write',
  })
  return rows.length > 0
}

/** Forgets a mail that was asked for an address of nobody; false when another copy was quicker. */
export async function dropMail(session: Session, id: string): Promise<boolean> {
  const rows = await session.run({
    text: `delete from plinth.outbox where id = $1::uuid and state = 'asked' returning 1`,
    values: [id],
    name: 'mail-drop',
  })
  return rows.length > 0
}

// What was in it opened something: it is erased with the last use for it.
export const markSent = (session: Session, id: string): Promise<unknown> =>
  session.run({
    text: `update plinth.outbox set state = 'sent', sent = now(), fault = null, text = null, html = null where id = $1::uuid`,
    values: [id],
    name: 'mail-sent',
  })

export const markKept = (session: Session, id: string): Promise<unknown> =>
  session.run({
    text: `update plinth.outbox set state = 'kept' where id = $1::uuid and state = 'waiting'`,
    values: [id],
    name: 'mail-kept',
  })

export const markFailed = (session: Session, id: string, fault: string): Promise<unknown> =>
  session.run({
    text: `
      update plinth.outbox set state = 'failed', fault = $2, given = '{}', text = null, html = null where id = $1::uuid`,
    values: [id, fault],
    name: 'mail-failed',
  })

export const tryLater = (session: Session, id: string, fault: string, seconds: number): Promise<unknown> =>
  session.run({
    text: `update plinth.outbox set fault = $2, next_try = now() + make_interval(secs => $3::float8) where id = $1::uuid`,
    values: [id, fault, seconds],
    name: 'mail-later',
  })

/** The outbox for admins, newest first, as JSON text: `{ items, next }`. */
export async function listOutbox(session: Session, limit: number, before: string | null): Promise<string> {
  const rows = await session.run({
    text: `
      with page as (
        select id, state, template, language, recipient as "to", subject, text, html, created, sent, tries, fault
        from plinth.outbox
        where ($2::uuid is null or id < $2::uuid) and state <> 'asked'
        order by id desc
        limit $1::int + 1
      ), shown as (
        select * from page order by id desc limit $1::int
      )
      select jsonb_build_object(
        'items', coalesce((select jsonb_agg(to_jsonb(s) order by s.id desc) from shown s), '[]'),
        'next', case when (select count(*) from page) > $1::int
          then (select s.id from shown s order by s.id limit 1) end
      )::text`,
    values: [limit, before],
  })
  return rows[0]?.[0] ?? '{"items":[],"next":null}'
}

const keptDays = 30
const doneDays = 7
const maxKept = 1_000
const maxWaiting = 50_000

/** Keeps the outbox from growing without end. */
export async function tidyOutbox(session: Session): Promise<void> {
  const texts = [
    `delete from plinth.outbox where state in ('sent', 'failed') and created < now() - interval '${doneDays} days'`,
    `delete from plinth.outbox where state = 'kept' and created < now() - interval '${keptDays} days'`,
    `delete from plinth.outbox where id in (select id from plinth.outbox where state = 'kept' order by id desc offset ${maxKept})`,
    `delete from plinth.outbox where id in (select id from plinth.outbox where state <> 'kept' order by id desc offset ${maxWaiting})`,
  ]
  for (const text of texts) await session.run({ text, values: [] })
}
