import { errors, jsonSchema } from '@plinth/schema'
import type { Attempt } from '../../auth/limits/count-try.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { answerSignedIn, checkSessionKind, originOf, sessionKind } from '../answer-signed-in.ts'
import { json, NO_STORE } from '../answers.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { asTry, countTry } from '../count-try.ts'
import type { Handler, HttpRequest, HttpResponse } from '../http-request.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import type { Resource } from '../router.ts'
import { ownId, sixDigits } from './factors.ts'
import { passkeyAnswer } from './passkey-bodies.ts'

const { object, optional, string } = jsonSchema

const shown = {
  code: optional(sixDigits),
  recoveryCode: optional(string({ minLength: 1, maxLength: 64 })),
  passkey: optional(passkeyAnswer),
}
const ticket = string({ minLength: 1, maxLength: 200 })

export const ticketBody = object({ ticket })
export const secondFactorBody = object({ ticket, ...shown, session: sessionKind })
export const stepUpBody = object({ password: optional(string({ minLength: 1 })), ...shown })

export interface MfaRoutesDeps {
  readonly auth: Pick<Auth, 'factors' | 'countTry'>
  readonly browser: BrowserSessions
}

/** Below `/api/auth`: showing a second factor, to sign in or to do what is sensitive. */
export const mfaResources = (deps: MfaRoutesDeps): Readonly<Record<string, Resource>> => ({
  '/mfa': { post: finishSignIn(deps) },
  '/mfa/options': {
    post: async (req, res) => {
      parseQuery(req.target, [])
      const body = await parseBody(req, ticketBody)
      await countTry(req, res, deps.auth, 'challenge')
      const options = await deps.auth.factors.passkeyForTicket(body.ticket)
      json(res, 200, JSON.stringify({ options }), NO_STORE)
    },
  },
  '/step-up': { post: stepUp(deps) },
  '/step-up/options': {
    post: async (req, res) => {
      parseQuery(req.target, [])
      await countTry(req, res, deps.auth, 'challenge')
      const options = await deps.auth.factors.passkeyForStepUp(req.actor)
      json(res, 200, JSON.stringify({ options }), NO_STORE)
    },
  },
})

const finishSignIn =
  ({ auth, browser }: MfaRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { ticket: given, session, ...factor } = await parseBody(req, secondFactorBody)
    refuseOtherThanOne(factor)
    checkSessionKind(browser, req, session)
    // Tries count for the account and not for the ticket alone: whoever knows the password gets as many tickets as they like.
    await countTry(req, res, auth, 'redeem')
    const owner = await auth.factors.ownerOf(given)
    const attempt = await countSecondFactor(req, res, auth, owner)
    const signedIn = await asTry(attempt, () => auth.factors.finishSignIn(given, factor, originOf(req)))
    answerSignedIn(browser, res, signedIn, session)
  }

const stepUp =
  ({ auth }: MfaRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const given = await parseBody(req, stepUpBody)
    refuseOtherThanOne(given)
    // A session that was stolen must not be enough to guess a code, from however many networks.
    const count = given.password === undefined ? countSecondFactor : countPassword
    const attempt = await count(req, res, auth, ownId(req))
    const fresh = await asTry(attempt, () => auth.factors.stepUp(req.actor, given, originOf(req)))
    json(res, 200, JSON.stringify(fresh), NO_STORE)
  }

/** By the hour, and by the day against who has many networks; the headers tell of the hour. */
const countSecondFactor: Count = async (req, res, auth, account) => {
  const hour = await countTry(req, res, auth, 'secondFactor', account)
  const day = await countTry(req, res, auth, 'secondFactorDay', account)
  for (const [header, value] of Object.entries(hour.headers)) res.setHeader(header, value)
  return {
    succeeded: async () => {
      await hour.succeeded()
      await day.succeeded()
    },
  }
}

const countPassword: Count = (req, res, auth, account) => countTry(req, res, auth, 'confirmPassword', account)

type Count = (
  req: HttpRequest,
  res: HttpResponse,
  auth: Pick<Auth, 'countTry'>,
  account: string,
) => Promise<Pick<Attempt, 'succeeded'>>

function refuseOtherThanOne(given: object): void {
  if (Object.keys(given).length === 1) return
  throw errors.badRequest({ reason: 'Show one thing: give exactly one of those that the problem or the ticket names.' })
}
