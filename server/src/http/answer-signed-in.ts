import { jsonSchema } from '@plinth/schema'
import type { Origin, SignInAnswer } from '../auth/sessions/session.ts'
import { json, NO_STORE } from './answers.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { languageOf } from './language-of.ts'
import type { HttpRequest, HttpResponse } from './http-request.ts'

/** How who signs in wants to keep the session: tokens in the answer, or cookies of the browser. */
export const sessionKind = jsonSchema.optional(jsonSchema.oneOf(['token', 'cookie']))

export type SessionKind = 'token' | 'cookie' | undefined

/** Where a request comes from, for lists of sessions and events. */
export const originOf = (req: HttpRequest): Origin => ({
  address: req.clientAddress,
  userAgent: req.headers['user-agent'] ?? null,
  ...askedLanguage(req),
})

/** Programs that are no browser name none; then what is known of a user stays. */
function askedLanguage(req: HttpRequest): Pick<Origin, 'language'> {
  const wanted = req.headers['accept-language']
  return wanted === undefined || wanted.trim() === '*' ? {} : { language: languageOf(req) }
}

/**
 * Before anything is done: another site's page must not sign a browser in to an account of its choice.
 *
 * @throws Problem crossSite
 */
export function checkSessionKind(browser: BrowserSessions, req: HttpRequest, kind: SessionKind): void {
  if (kind === 'cookie') browser.refuseForeign(req)
}

/** Answers a session. In cookies its tokens are nowhere else. Who has to show a second factor gets none of it yet. */
export function answerSignedIn(
  browser: BrowserSessions,
  res: HttpResponse,
  signedIn: SignInAnswer,
  kind: SessionKind,
  status = 200,
): void {
  if ('mfaRequired' in signedIn) return json(res, 200, JSON.stringify(signedIn), NO_STORE)
  if (kind !== 'cookie') return json(res, status, JSON.stringify(signedIn), NO_STORE)
  browser.set(res, signedIn)
  const { expiresAt, user } = signedIn
  json(res, status, JSON.stringify({ expiresAt, user }), NO_STORE)
}
