import type { RelyingParty } from '../passkeys/relying-party.ts'
import type { MailDeps } from '../mail/mail-deps.ts'
import type { SessionDeps } from '../sessions/session.ts'

/** What second factors and passkeys need. */
export interface FactorDeps {
  readonly mail: MailDeps
  readonly sessions: SessionDeps
  /** Whether mail is sent, and not only kept. */
  readonly mailIsSent: boolean
  /** @throws Problem passkeysUnavailable */
  readonly relyingParty: () => RelyingParty
}
