import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import { recordEvent } from '../events/record-event.ts'
import { askForPasskey } from '../passkeys/ask-for-passkey.ts'
import type { NewPasskeyAnswer, PasskeyAnswer } from '../passkeys/passkey-answer.ts'
import { passkeyToMake, registerPasskey } from '../passkeys/register-passkey.ts'
import { signInByPasskey, signInUse } from '../passkeys/sign-in-by-passkey.ts'
import type { Origin, SignInAnswer } from '../sessions/session.ts'
import type { Enrolled } from './add-factor.ts'
import type { FactorDeps } from './factor-deps.ts'
import { finishSignIn, ticketBinding } from './finish-sign-in.ts'
import { listFactors } from './list-factors.ts'
import { findTicket } from './mfa-ticket.ts'
import { type OwnSession, ownSession } from './own-session.ts'
import type { SecondFactor } from './prove-second-factor.ts'
import { requireRecentProof } from './recent-proof.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { removeFactors } from './remove-factor.ts'
import { renameFactor } from './rename-factor.ts'
import { sessionBinding, type StepUp, stepUp } from './step-up.ts'
import { confirmTotp, enrolTotp, type NewTotp } from './totp-factors.ts'

/** Second factors and passkeys, as routes use them. */
export interface Factors {
  /** A user's factors, as JSON text. */
  list(userId: string): Promise<string>
  enrolTotp(actor: Actor, name: string): Promise<NewTotp>
  confirmTotp(actor: Actor, id: string, code: string, origin: Origin): Promise<Enrolled>
  makeRecoveryCodes(actor: Actor, origin: Origin): Promise<readonly string[]>
  rename(actor: Actor, id: string, name: string): Promise<void>
  /** One's own. */
  remove(actor: Actor, id: string, origin: Origin): Promise<void>
  /** All of a user's, by an admin. */
  removeAll(userId: string, by: Actor, origin: Origin): Promise<void>
  passkeyToMake(actor: Actor): Promise<PublicKeyCredentialCreationOptionsJSON>
  registerPasskey(
    actor: Actor,
    made: { readonly answer: NewPasskeyAnswer; readonly name: string },
    origin: Origin,
  ): Promise<Enrolled & { readonly id: string }>
  passkeyToSignIn(): Promise<PublicKeyCredentialRequestOptionsJSON>
  signInByPasskey(answer: PasskeyAnswer, origin: Origin): Promise<SignInAnswer>
  /** The address of whose ticket it is, to count tries by. @throws Problem mfaTicketInvalid */
  ownerOf(ticket: string): Promise<string>
  passkeyForTicket(ticket: string): Promise<PublicKeyCredentialRequestOptionsJSON>
  finishSignIn(ticket: string, shown: SecondFactor, origin: Origin): Promise<SignInAnswer>
  passkeyForStepUp(actor: Actor): Promise<PublicKeyCredentialRequestOptionsJSON>
  stepUp(actor: Actor, shown: StepUp, origin: Origin): Promise<{ readonly until: string }>
  /** @throws Problem stepUpRequired */
  requireRecentProof(actor: Actor): Promise<void>
}

export function openFactors(deps: FactorDeps): Factors {
  const { database } = deps.mail
  /** What changes factors is seen by this copy at once. */
  const changing = async <T>(own: OwnSession, work: Promise<T>): Promise<T> => {
    const done = await work
    deps.sessions.onEnded([own.sessionId])
    return done
  }
  return {
    list: (userId) => listFactors(database, userId),
    enrolTotp: (actor, name) => enrolTotp(deps, ownSession(actor), name),
    confirmTotp: (actor, id, code, origin) => {
      const own = ownSession(actor)
      return changing(own, confirmTotp(deps, own, { id, code }, origin))
    },
    makeRecoveryCodes: (actor, origin) => renewCodes(deps, ownSession(actor), origin),
    rename: (actor, id, name) => renameFactor(database, ownSession(actor), { id, name }),
    remove: (actor, id, origin) => {
      const own = ownSession(actor)
      return changing(own, removeFactors(deps, { userId: own.userId, id }, actor, origin))
    },
    removeAll: (userId, by, origin) => removeFactors(deps, { userId, id: null }, by, origin),
    passkeyToMake: (actor) => passkeyToMake(deps, ownSession(actor)),
    registerPasskey: (actor, made, origin) => {
      const own = ownSession(actor)
      return changing(own, registerPasskey(deps, own, made, origin))
    },
    passkeyToSignIn: () => askForPasskey(deps, signInUse),
    signInByPasskey: (answer, origin) => signInByPasskey(deps, answer, origin),
    ownerOf: async (ticket) => (await holderOf(deps, ticket)).email,
    passkeyForTicket: async (ticket) => {
      const { userId } = await holderOf(deps, ticket)
      return askForPasskey(deps, { purpose: 'mfa', userId, boundTo: ticketBinding(ticket), verified: false })
    },
    finishSignIn: (ticket, shown, origin) => finishSignIn(deps, ticket, shown, origin),
    passkeyForStepUp: (actor) => {
      const { userId, sessionId } = ownSession(actor)
      return askForPasskey(deps, { purpose: 'stepUp', userId, boundTo: sessionBinding(sessionId), verified: false })
    },
    stepUp: (actor, shown, origin) => stepUp(deps, ownSession(actor), shown, origin),
    requireRecentProof: (actor) => requireRecentProof(database, actor),
  }
}

async function holderOf({ mail: { database } }: FactorDeps, ticket: string) {
  const holder = await findTicket(database, ticket)
  if (holder === null) throw errors.mfaTicketInvalid()
  return holder
}

/** @throws Problem noSecondFactor for who has none that the codes could stand for */
async function renewCodes({ mail }: FactorDeps, { userId }: OwnSession, origin: Origin): Promise<readonly string[]> {
  return mail.database.transaction(async (session) => {
    const [[has] = []] = await session.run({
      text: 'select exists (select from plinth.second_factors where user_id = $1::uuid)',
      values: [userId],
    })
    if (has !== 't') throw errors.noSecondFactor()
    await recordEvent(session, { kind: 'recoveryCodesMade', userId, actor: `user:${userId}`, ...origin })
    return makeRecoveryCodes(session, userId)
  })
}
