import { fieldType, type JsonSchema, jsonSchema } from '@plinth/schema'
import type { Auth } from '../../auth/open-auth.ts'
import { answerSignedIn, checkSessionKind, sessionKind } from '../answer-signed-in.ts'
import { json, NO_STORE, noContent } from '../answers.ts'
import { arrivalOf } from '../arrival.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { asTry, countTry } from '../count-try.ts'
import type { Handler, HttpRequest } from '../http-request.ts'
import { languageOf } from '../language-of.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import type { Resource } from '../router.ts'
import { ownId } from './factors.ts'

const { object, string } = jsonSchema

const secret = string({ minLength: 1, maxLength: 200 })
// The same addresses that the field `users.email` takes: mail can be sent to no other.
const address = string(fieldType('email')?.value({ type: 'email' }) ?? {})

export const askedByAddress = object({ email: address })
export const redeemedToken = object({ token: secret })
export const openedLink = object({ token: secret, session: sessionKind })
export const triedCode = object({ ticket: secret, code: string({ pattern: '^\\d{6}$' }), session: sessionKind })
export const confirmedReset = object({ token: secret, password: string() })
export const askedEmail = object({ email: address, password: string({ minLength: 1 }) })
/** Besides these, the fields of `users` that the schema adds. */
export const acceptedInvite = object(
  { token: secret, password: string(), session: sessionKind },
  { additionalProperties: true },
)

export interface ByMailRoutesDeps {
  readonly auth: Pick<Auth, 'byMail' | 'countTry' | 'factors'>
  readonly browser: BrowserSessions
}

/** Below `/api/auth`: the ways in by mail. What is asked for by address answers 202, whether or not it is anybody's. */
export const byMailResources = (deps: ByMailRoutesDeps): Readonly<Record<string, Resource>> => ({
  '/verify-email': { post: verifyEmail(deps) },
  '/verify-email/request': { post: askForLink(deps, 'verifyEmail', 'verifyEmail') },
  '/magic-link': { post: askForLink(deps, 'magicLink', 'magicLink') },
  '/magic-link/sign-in': { post: signInByLink(deps) },
  '/code': { post: askForCode(deps) },
  '/code/sign-in': { post: signInByCode(deps) },
  '/reset': { post: askForLink(deps, 'reset', 'resetPassword') },
  '/reset/confirm': { post: resetPassword(deps) },
  '/email': { post: recentProof(deps.auth, askForEmailChange(deps)) },
  '/email/confirm': { post: changeEmail(deps) },
  '/invite/accept': { post: acceptInvite(deps) },
})

function askForLink(
  { auth }: ByMailRoutesDeps,
  limit: 'verifyEmail' | 'magicLink' | 'reset',
  template: 'verifyEmail' | 'magicLink' | 'resetPassword',
): Handler {
  return async (req, res) => {
    const { email } = await readBody(req, askedByAddress)
    await countTry(req, res, auth, limit, email)
    await auth.byMail.askForLink(template, { email, language: languageOf(req) })
    json(res, 202, '{}', NO_STORE)
  }
}

const askForCode =
  ({ auth }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { email } = await readBody(req, askedByAddress)
    await countTry(req, res, auth, 'code', email)
    const asked = await auth.byMail.askForCode({ email, language: languageOf(req) })
    json(res, 202, JSON.stringify(asked), NO_STORE)
  }

const signInByLink =
  ({ auth, browser }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { token, session } = await readBody(req, openedLink)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    answerSignedIn(browser, res, await auth.byMail.signInByLink(token, arrivalOf(req)), session)
  }

const signInByCode =
  ({ auth, browser }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { session, ...tried } = await readBody(req, triedCode)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    answerSignedIn(browser, res, await auth.byMail.signInByCode(tried, arrivalOf(req)), session)
  }

const acceptInvite =
  ({ auth, browser }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { session, token, password, ...fields } = await readBody(req, acceptedInvite)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    const accepted = { token, password, fields }
    const signedIn = await auth.byMail.acceptInvite(accepted, arrivalOf(req))
    answerSignedIn(browser, res, signedIn, session)
  }

const verifyEmail =
  ({ auth }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { token } = await readBody(req, redeemedToken)
    await countTry(req, res, auth, 'redeem')
    await auth.byMail.verifyEmail(token, arrivalOf(req))
    noContent(res)
  }

const resetPassword =
  ({ auth }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { token, password } = await readBody(req, confirmedReset)
    await countTry(req, res, auth, 'redeem')
    await auth.byMail.resetPassword({ token, password, language: languageOf(req) }, arrivalOf(req))
    noContent(res)
  }

const askForEmailChange =
  ({ auth }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { email, password } = await readBody(req, askedEmail)
    const userId = ownId(req)
    const attempt = await countTry(req, res, auth, 'confirmPassword', userId)
    await countTry(req, res, auth, 'changeEmail', email)
    const asked = { userId, email, password, language: languageOf(req) }
    await asTry(attempt, () => auth.byMail.askForEmailChange(asked, arrivalOf(req)))
    json(res, 202, '{}', NO_STORE)
  }

const changeEmail =
  ({ auth }: ByMailRoutesDeps): Handler =>
  async (req, res) => {
    const { token } = await readBody(req, redeemedToken)
    await countTry(req, res, auth, 'redeem')
    await auth.byMail.changeEmail(token, languageOf(req), arrivalOf(req))
    noContent(res)
  }

function readBody<T>(req: HttpRequest, schema: JsonSchema<T>): Promise<T> {
  parseQuery(req.target, [])
  return parseBody(req, schema)
}
