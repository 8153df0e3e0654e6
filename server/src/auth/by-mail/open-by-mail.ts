import type { Actor } from '../../access/actor.ts'
import { actorText } from '../events/record-event.ts'
import { listOutbox } from '../mail/outbox.ts'
import { type MailTemplates, openMailTemplates } from '../mail/templates/open-mail-templates.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { type Asked, askForCode, askForLink } from './ask.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { type AskedChange, askForEmailChange, changeEmail } from './change-email.ts'
import { type AcceptedInvite, acceptInvite, invite, listInvites, type NewInvite, revokeInvite } from './invites.ts'
import { type NewPassword, resetPassword } from './reset-password.ts'
import { signInByCode, signInByLink, type TriedCode } from './sign-in-by-mail.ts'
import { verifyEmail } from './verify-email.ts'

/** The ways in by mail, as routes use them. */
export interface ByMail {
  /** Asks for a link, for an address that may be nobody's. */
  askForLink(template: 'verifyEmail' | 'magicLink' | 'resetPassword', asked: Asked): Promise<void>
  askForCode(asked: Asked): Promise<{ readonly ticket: string }>
  /** @throws Problem linkInvalid */
  signInByLink(token: string, arrival: Arrival): Promise<SignInAnswer>
  /** @throws Problem wrongCode */
  signInByCode(tried: TriedCode, arrival: Arrival): Promise<SignInAnswer>
  verifyEmail(token: string, arrival: Arrival): Promise<void>
  resetPassword(password: NewPassword, arrival: Arrival): Promise<void>
  askForEmailChange(change: AskedChange, arrival: Arrival): Promise<void>
  changeEmail(token: string, language: string, arrival: Arrival): Promise<void>
  invite(invite: NewInvite, by: Actor, arrival: Arrival): Promise<void>
  acceptInvite(accepted: AcceptedInvite, arrival: Arrival): Promise<SignInAnswer>
  /** JSON text. */
  listInvites(): Promise<string>
  revokeInvite(id: string): Promise<void>
  /** JSON text. */
  listOutbox(limit: number, before: string | null): Promise<string>
  readonly templates: MailTemplates
}

export const openByMail = (deps: ByMailDeps): ByMail => ({
  askForLink: (template, asked) => askForLink(deps, template, asked),
  askForCode: (asked) => askForCode(deps, asked),
  signInByLink: (token, arrival) => signInByLink(deps, token, arrival),
  signInByCode: (tried, arrival) => signInByCode(deps, tried, arrival),
  verifyEmail: (token, arrival) => verifyEmail(deps, token, arrival),
  resetPassword: (password, arrival) => resetPassword(deps, password, arrival),
  askForEmailChange: (change, arrival) => askForEmailChange(deps, change, arrival),
  changeEmail: (token, language, arrival) => changeEmail(deps, token, language, arrival),
  invite: (invited, by, arrival) => invite(deps, invited, by, arrival),
  acceptInvite: (accepted, arrival) => acceptInvite(deps, accepted, arrival),
  listInvites: () => listInvites(deps.mail.database),
  revokeInvite: (id) => revokeInvite(deps.mail.database, id),
  listOutbox: (limit, before) => listOutbox(deps.mail.database, limit, before),
  templates: openMailTemplates(deps.mail, actorText),
})
