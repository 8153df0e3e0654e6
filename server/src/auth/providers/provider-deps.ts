import type { RegistrationDeps } from '../registration/registration.ts'
import type { OpenClient } from './open-client.ts'

/** What signing in with providers needs. */
export interface ProviderDeps extends RegistrationDeps {
  /** Where people may be sent back to: these addresses exactly, and our own page. */
  readonly redirectUrls: readonly string[]
  /** Whether providers may be in private networks, and without https on this machine. */
  readonly privateProviders: boolean
  /** Whether mail is sent, and not only kept. */
  readonly mailIsSent: boolean
  readonly openClient: OpenClient
  /** Wakes whoever follows the change log: after a user was changed. */
  readonly wakeChanges: () => void
}

/** What every address of ours begins with; what a request says about that is never believed. */
type Place = Pick<ProviderDeps, 'mail'>

/** Where a provider sends people back to. */
export const callbackUrl = ({ mail }: Place, name: string): string =>
  `${mail.publicUrl()}/api/auth/providers/${name}/callback`

/** Our own page, for who has none. */
export const signedInPage = ({ mail }: Place): string => `${mail.publicUrl()}/auth/signed-in`
