import type { Actor } from '../../access/actor.ts'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { startAnonymously } from './anonymous-user.ts'
import { type ConfirmedSignUp, confirmSignUp } from './confirm-sign-up.ts'
import type { Registration, RegistrationDeps } from './registration.ts'
import { type SignUp, signUp } from './sign-up.ts'
import { upgrade } from './upgrade.ts'

/** Becoming a user, as routes use it. */
export interface OpenRegistration {
  readonly kind: Registration
  signUp(given: SignUp, arrival: Arrival): Promise<void>
  confirm(given: ConfirmedSignUp, arrival: Arrival): Promise<SignInAnswer>
  anonymous(arrival: Arrival): Promise<SignInAnswer>
  upgrade(actor: Actor, given: Omit<SignUp, 'fields'>, arrival: Arrival): Promise<void>
}

export const openRegistration = (deps: RegistrationDeps): OpenRegistration => ({
  kind: deps.registration,
  signUp: (given, arrival) => signUp(deps, given, arrival),
  confirm: (given, arrival) => confirmSignUp(deps, given, arrival),
  anonymous: (arrival) => startAnonymously(deps, arrival),
  upgrade: (actor, given, arrival) => upgrade(deps, actor, given, arrival),
})
