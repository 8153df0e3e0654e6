import { errors, fieldType, jsonSchema, type Model } from '@plinth/schema'
import type { Auth } from '../../auth/open-auth.ts'
import { isUuid } from '../../auth/is-uuid.ts'
import { answerSignedIn, checkSessionKind, originOf, sessionKind } from '../answer-signed-in.ts'
import { json, noContent } from '../answers.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { asTry, countTry } from '../count-try.ts'
import type { Handler } from '../http-request.ts'
import { parseBody, parseOptionalBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'
import { recentProof } from '../recent-proof.ts'
import { byMailResources } from './by-mail.ts'
import { factorResources, ownId } from './factors.ts'
import { mfaResources } from './mfa.ts'
import { passkeyResources } from './passkeys.ts'
import { providerResources } from './providers.ts'
import { registrationResources } from './registration.ts'

export interface AuthRoutesDeps {
  readonly auth: Auth
  readonly browser: BrowserSessions
  readonly catalog: { readonly model: Model }
  readonly publicUrl: string | null
}

const { boolean, object, optional, string } = jsonSchema

// No more is checked of an address at sign-in: that it is none would be told by how fast it is refused.
export const credentials = object({
  email: string({ minLength: 1, maxLength: 320 }),
  password: string({ minLength: 1 }),
  session: sessionKind,
})

// The same addresses that the field `users.email` takes.
const address = fieldType('email')?.value({ type: 'email' }) ?? {}
export const setup = object({
  token: string({ maxLength: 200 }),
  email: string(address),
  password: string(),
  session: sessionKind,
})
export const refreshBody = object({ refreshToken: optional(string({ maxLength: 200 })) })
export const signOutBody = object({ everywhere: optional(boolean()) })
export const ownPassword = object({ current: string({ minLength: 1 }), new: string() })

/** `/api/auth` */
export const authRoutes = (deps: AuthRoutesDeps): Router =>
  routes({
    ...byMailResources(deps),
    ...registrationResources(deps),
    ...factorResources(deps),
    ...mfaResources(deps),
    ...passkeyResources(deps),
    ...providerResources(deps),
    '/sign-in': { post: signIn(deps) },
    '/setup': { post: setUp(deps) },
    '/refresh': { post: refresh(deps) },
    '/sign-out': { post: signOut(deps) },
    '/me': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify(await deps.auth.me(req.actor)))
      },
    },
    '/password': { post: recentProof(deps.auth, changePassword(deps)) },
    '/sessions': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, `{"items":${await deps.auth.sessions.list(ownId(req), req.actor)}}`)
      },
    },
    '/sessions/:id': {
      delete: async (req, res) => {
        parseQuery(req.target, [])
        const id = req.params.id ?? ''
        const userId = ownId(req)
        if (!isUuid(id)) throw errors.sessionNotFound({ id: id.slice(0, 64) })
        if (id !== req.actor.sessionId) await deps.auth.factors.requireRecentProof(req.actor)
        await deps.auth.sessions.revoke(id, userId, req.actor, originOf(req))
        noContent(res)
      },
    },
  })

const signIn =
  ({ auth, browser }: AuthRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { email, password, session } = await parseBody(req, credentials)
    checkSessionKind(browser, req, session)
    const attempt = await countTry(req, res, auth, 'signIn', email)
    const signedIn = await asTry(attempt, () => auth.signIn({ email, password }, originOf(req)))
    answerSignedIn(browser, res, signedIn, session)
  }

const setUp =
  ({ auth, browser }: AuthRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { token, email, password, session } = await parseBody(req, setup)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    const signedIn = await auth.setUp(token, { email, password }, req.requestId, originOf(req))
    answerSignedIn(browser, res, signedIn, session)
  }

/** The token of the body, else the browser's; the answer comes the same way. */
const refresh =
  ({ auth, browser }: AuthRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { refreshToken: given } = await parseOptionalBody(req, refreshBody)
    const kind = given === undefined ? 'cookie' : 'token'
    const refreshToken = given ?? browser.refreshToken(req)
    if (refreshToken === null) throw errors.invalidRefreshToken()
    checkSessionKind(browser, req, kind)
    await countTry(req, res, auth, 'refresh')
    answerSignedIn(browser, res, await auth.sessions.refresh(refreshToken, originOf(req)), kind)
  }

const signOut =
  ({ auth, browser }: AuthRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { everywhere = false } = await parseOptionalBody(req, signOutBody)
    if (everywhere) await auth.factors.requireRecentProof(req.actor)
    const isBrowser = req.headers.authorization === undefined && browser.accessToken(req) !== null
    // A browser whose session has ended still wants to be rid of its cookies.
    if (isBrowser) browser.clear(res)
    if (!isBrowser || req.actor.kind !== 'anonymous') await auth.sessions.signOut(req.actor, everywhere, originOf(req))
    noContent(res)
  }

const changePassword =
  ({ auth }: AuthRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const change = await parseBody(req, ownPassword)
    const attempt = await countTry(req, res, auth, 'confirmPassword', ownId(req))
    await asTry(attempt, () => auth.changeOwnPassword(req.actor, change, originOf(req)))
    noContent(res)
  }
