import type { Session } from '../../database/database.ts'
import type { MailDeps } from './mail-deps.ts'
import { putMail } from './outbox.ts'
import { fallbackLanguage } from './templates/built-in-template.ts'
import type { mailVariables, MailTemplateName } from './templates/mail-content.ts'
import { renderMail } from './templates/render-mail.ts'
import { findTemplate } from './templates/stored-templates.ts'

/** A mail to write: the template says which values it needs. */
export interface NewMail<Name extends MailTemplateName = MailTemplateName> {
  readonly to: string
  readonly template: Name
  readonly language?: string
  readonly values: Readonly<Record<(typeof mailVariables)[Name][number], string>>
  /** For how long it may still be delivered; two days where nothing in it expires. */
  readonly minutes?: number
}

const twoDays = 2 * 24 * 60

/**
 * Writes a mail into the outbox, from where it is sent in the background. Given the session of a transaction it is
 * written with that, or not at all.
 */
export async function sendMail<Name extends MailTemplateName>(
  deps: MailDeps,
  mail: NewMail<Name>,
  session: Session = deps.database,
): Promise<void> {
  const { to, template, language = fallbackLanguage, values, minutes = twoDays } = mail
  const written = renderMail(await findTemplate(session, template, language), {
    ...values,
    email: to,
    site: siteOf(deps),
  })
  await putMail(session, { ...written, template, language, recipient: to, minutes })
  deps.wake()
}

/** How mails name this Plinth. */
export const siteOf = ({ publicUrl }: Pick<MailDeps, 'publicUrl'>): string => new URL(publicUrl()).host

/** A link to one of our pages. The secret is in the fragment, which browsers send to nobody. */
export const linkTo = ({ publicUrl }: Pick<MailDeps, 'publicUrl'>, page: string, token: string): string =>
  `${publicUrl()}/auth/${page}#token=${token}`
