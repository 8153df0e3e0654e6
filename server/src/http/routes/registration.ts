import { checkJson, errors, fieldType, jsonSchema } from '@plinth/schema'
import type { Auth } from '../../auth/open-auth.ts'
import { answerSignedIn, checkSessionKind, sessionKind } from '../answer-signed-in.ts'
import { json, NO_STORE } from '../answers.ts'
import { arrivalOf } from '../arrival.ts'
import { readJson } from '../body.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { countTry } from '../count-try.ts'
import type { Handler, HttpRequest } from '../http-request.ts'
import { languageOf } from '../language-of.ts'
import { parseBody, parseOptionalBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import type { Resource } from '../router.ts'

export interface RegistrationRoutesDeps {
  readonly auth: Auth
  readonly browser: BrowserSessions
}

const { object, string } = jsonSchema

// The same addresses that the field `users.email` takes: mail can be sent to no other.
const account = { email: string(fieldType('email')?.value({ type: 'email' }) ?? {}), password: string() }

/** Besides these, the fields of `users` that the schema adds. */
export const signUpBody = object(account, { additionalProperties: true })
export const upgradeBody = object(account)
export const confirmBody = object({
  token: string({ minLength: 1, maxLength: 200 }),
  password: string({ minLength: 1 }),
  session: sessionKind,
})
export const anonymousBody = object({ session: sessionKind })

/** Below `/api/auth`: becoming a user. */
export const registrationResources = (deps: RegistrationRoutesDeps): Readonly<Record<string, Resource>> => ({
  '/sign-up': { post: signUp(deps) },
  '/sign-up/confirm': { post: confirm(deps) },
  '/anonymous': { post: anonymous(deps) },
  '/upgrade': { post: upgrade(deps) },
})

// The same answer for every address, whether or not it is somebody's.
const asked = '{"status":"confirmationSent"}'

const signUp =
  ({ auth }: RegistrationRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { email, password, ...fields } = await readSignUp(req)
    await countTry(req, res, auth, 'signUp', email)
    await auth.registration.signUp({ email, password, fields, language: languageOf(req) }, arrivalOf(req))
    json(res, 202, asked, NO_STORE)
  }

async function readSignUp(req: HttpRequest) {
  const body = await readJson(req)
  const faults = checkJson(signUpBody, body, '')
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  // The schema describes these two; the others are judged as fields.
  return body as { readonly email: string; readonly password: string; readonly [field: string]: unknown }
}

const confirm =
  ({ auth, browser }: RegistrationRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { token, password, session } = await parseBody(req, confirmBody)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    answerSignedIn(browser, res, await auth.registration.confirm({ token, password }, arrivalOf(req)), session, 201)
  }

const anonymous =
  ({ auth, browser }: RegistrationRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { session } = await parseOptionalBody(req, anonymousBody)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'anonymous')
    answerSignedIn(browser, res, await auth.registration.anonymous(arrivalOf(req)), session, 201)
  }

const upgrade =
  ({ auth }: RegistrationRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { email, password } = await parseBody(req, upgradeBody)
    if (req.actor.userId === null) throw errors.notSignedIn()
    await countTry(req, res, auth, 'signUp', email)
    await auth.registration.upgrade(req.actor, { email, password, language: languageOf(req) }, arrivalOf(req))
    json(res, 202, asked, NO_STORE)
  }
