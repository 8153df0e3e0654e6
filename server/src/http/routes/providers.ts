import { errors, jsonSchema, Problem } from '@plinth/schema'
import type { FinishedAttempt } from '../../auth/providers/finish-attempt.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { answerSignedIn, checkSessionKind, originOf, sessionKind } from '../answer-signed-in.ts'
import { json, NO_STORE, noContent, seeOther } from '../answers.ts'
import { arrivalOf } from '../arrival.ts'
import { readForm } from '../body.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { countTry } from '../count-try.ts'
import type { Handler, HttpRequest } from '../http-request.ts'
import { problemPage } from '../pages/problem-page.ts'
import { parseBody } from '../parse-body.ts'
import { type ProviderBinding, providerBinding } from '../provider-binding.ts'
import { parseQuery } from '../query-parameters.ts'
import type { Resource } from '../router.ts'
import { ownId } from './factors.ts'

export interface ProviderRoutesDeps {
  readonly auth: Auth
  readonly browser: BrowserSessions
  readonly publicUrl: string | null
}

const { boolean, object, optional, string } = jsonSchema

export const startBody = object({
  redirectTo: string({ minLength: 1, maxLength: 2_000 }),
  session: sessionKind,
  challenge: optional(string({ pattern: '^[A-Za-z0-9_-]{43}$' })),
  link: optional(boolean()),
  fields: optional(object({}, { additionalProperties: true })),
})
export const exchangeBody = object({
  code: string({ minLength: 1, maxLength: 200 }),
  verifier: optional(string({ pattern: '^[A-Za-z0-9._~-]{43,128}$' })),
})

/** Below `/api/auth`: signing in with other services, and one's accounts there. */
export function providerResources(deps: ProviderRoutesDeps): Readonly<Record<string, Resource>> {
  const binding = providerBinding(deps.publicUrl)
  return {
    '/providers': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify({ items: await deps.auth.providers.list() }))
      },
    },
    '/providers/exchange': { post: exchange(deps, binding) },
    '/providers/:name/start': { post: start(deps, binding) },
    '/providers/:name/callback': {
      get: forPeople(finish(deps, binding, async (req) => new URLSearchParams(queryOf(req)))),
      post: forPeople(finish(deps, binding, (req) => readForm(req, maxForm))),
    },
    '/identities': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, `{"items":${await deps.auth.providers.identities(ownId(req))}}`)
      },
    },
    '/identities/:id': { delete: unlink(deps) },
  }
}

const maxForm = 32_768
/** Characters of what is kept until somebody comes back, or does not. */
const maxFields = 10_000

const queryOf = ({ target }: HttpRequest): string => (target.includes('?') ? target.slice(target.indexOf('?') + 1) : '')

const start =
  ({ auth, browser }: ProviderRoutesDeps, binding: ProviderBinding): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { redirectTo, session, challenge = null, link = false, fields = {} } = await parseBody(req, startBody)
    checkSessionKind(browser, req, session)
    if (JSON.stringify(fields).length > maxFields) throw tooManyFields()
    const isBrowser = session === 'cookie'
    if (isBrowser !== (challenge === null)) throw wrongChallenge(isBrowser)
    await countTry(req, res, auth, 'provider')
    if (link && req.actor.mustEnrol === true) throw errors.mfaEnrolmentRequired()
    // Who has no address yet has nothing to take over, and no other way to prove anything.
    if (link && !(await auth.me(req.actor)).anonymous) await auth.factors.requireRecentProof(req.actor)
    const secret = isBrowser ? binding.renew(req) : null
    const wanted = { redirectTo, binding: secret, challenge, link: link ? req.actor : null, fields }
    const { url, formPost } = await auth.providers.start(req.params.name ?? '', wanted, originOf(req))
    if (secret !== null) binding.set(res, secret, formPost)
    json(res, 200, JSON.stringify({ url }), NO_STORE)
  }

function tooManyFields(): Problem {
  const message = `These may have ${maxFields} characters at most, as JSON.`
  return errors.invalidBody({ errors: [{ path: '/fields', code: 'tooLong', message }] })
}

function wrongChallenge(isBrowser: boolean): Problem {
  const [code, message] = isBrowser
    ? ['notAllowed', 'Cookies need no challenge: leave it out.']
    : ['required', 'Who wants tokens gives a challenge: the base64url of the SHA-256 of a verifier.']
  return errors.invalidBody({ errors: [{ path: '/challenge', code, message }] })
}

const finish =
  (
    { auth, browser }: ProviderRoutesDeps,
    binding: ProviderBinding,
    read: (req: HttpRequest) => Promise<URLSearchParams>,
  ): Handler =>
  async (req, res) => {
    await countTry(req, res, auth, 'provider')
    const answer = { parameters: await read(req), binding: binding.read(req) }
    const finished = await auth.providers.finish(req.params.name ?? '', answer, arrivalOf(req))
    if (finished.signedIn !== null) browser.set(res, finished.signedIn)
    seeOther(res, withOutcome(finished))
  }

/** The address that was asked for at the start, with what came of it. */
function withOutcome({ redirectTo, code, error }: FinishedAttempt): string {
  const url = new URL(redirectTo)
  if (code !== null) url.searchParams.set('code', code)
  if (error !== null) url.searchParams.set('error', error)
  return url.href
}

/** A browser shows what is answered here to a person. */
const forPeople =
  (handler: Handler): Handler =>
  async (req, res) => {
    try {
      await handler(req, res)
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error
      problemPage(req, res, error)
    }
  }

const exchange =
  ({ auth, browser }: ProviderRoutesDeps, binding: ProviderBinding): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { code, verifier = null } = await parseBody(req, exchangeBody)
    checkSessionKind(browser, req, verifier === null ? 'cookie' : 'token')
    await countTry(req, res, auth, 'redeem')
    const signedIn = await auth.providers.exchange({ code, verifier, binding: binding.read(req) }, arrivalOf(req))
    if (signedIn === null) noContent(res)
    else answerSignedIn(browser, res, signedIn, verifier === null ? 'cookie' : 'token')
  }

const unlink =
  ({ auth }: ProviderRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    await countTry(req, res, auth, 'provider')
    await auth.factors.requireRecentProof(req.actor)
    await auth.providers.unlink(req.actor, req.params.id ?? '', originOf(req))
    noContent(res)
  }
