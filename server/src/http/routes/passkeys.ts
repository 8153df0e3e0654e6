import { jsonSchema } from '@plinth/schema'
import type { Auth } from '../../auth/open-auth.ts'
import { answerSignedIn, checkSessionKind, originOf, sessionKind } from '../answer-signed-in.ts'
import { json, NO_STORE } from '../answers.ts'
import type { BrowserSessions } from '../browser-sessions.ts'
import { countTry } from '../count-try.ts'
import type { Handler } from '../http-request.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import type { Resource } from '../router.ts'
import { factorName } from './factors.ts'
import type { MfaRoutesDeps } from './mfa.ts'
import { newPasskeyAnswer, passkeyAnswer } from './passkey-bodies.ts'

const { object, optional } = jsonSchema

export const newPasskey = object({ name: optional(factorName), passkey: newPasskeyAnswer })
export const passkeySignIn = object({ passkey: passkeyAnswer, session: sessionKind })

/** Below `/api/auth`: making passkeys, and signing in with one. They are listed and removed as all factors are. */
export const passkeyResources = (deps: MfaRoutesDeps): Readonly<Record<string, Resource>> => ({
  '/passkeys/register/options': { post: recentProof(deps.auth, passkeyToMake(deps)) },
  '/passkeys/register': { post: recentProof(deps.auth, register(deps)) },
  '/passkeys/sign-in/options': {
    post: async (req, res) => {
      parseQuery(req.target, [])
      await countTry(req, res, deps.auth, 'challenge')
      json(res, 200, JSON.stringify({ options: await deps.auth.factors.passkeyToSignIn() }), NO_STORE)
    },
  },
  '/passkeys/sign-in': { post: signIn(deps.auth, deps.browser) },
})

const passkeyToMake =
  ({ auth }: MfaRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    await countTry(req, res, auth, 'challenge')
    json(res, 200, JSON.stringify({ options: await auth.factors.passkeyToMake(req.actor) }), NO_STORE)
  }

const register =
  ({ auth }: MfaRoutesDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { name = 'Passkey', passkey: answer } = await parseBody(req, newPasskey)
    await countTry(req, res, auth, 'challenge')
    const made = await auth.factors.registerPasskey(req.actor, { answer, name }, originOf(req))
    json(res, 201, JSON.stringify({ name, ...made }), NO_STORE)
  }

const signIn =
  (auth: Pick<Auth, 'factors' | 'countTry'>, browser: BrowserSessions): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { passkey, session } = await parseBody(req, passkeySignIn)
    checkSessionKind(browser, req, session)
    await countTry(req, res, auth, 'redeem')
    answerSignedIn(browser, res, await auth.factors.signInByPasskey(passkey, originOf(req)), session)
  }
