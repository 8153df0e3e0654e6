import { Problem } from '@plinth/schema'
import { type Actor, anonymous } from '../access/actor.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { type HttpRequest, isSafe, pathOf } from './http-request.ts'

/**
 * What somebody reaches who must get a second factor first: the factors, knowing who they are, going on and leaving, and
 * the ways in, which do not look at who is signed in. A list of what is let through, so that nothing new is by accident.
 */
const servesEnrolment =
  /^\/api\/auth\/(me|refresh|sign-out|step-up|factors|passkeys|mfa|sign-in|magic-link|code|reset|verify-email|email\/confirm|sign-up|invite|providers|setup)(\/|$)/

/** Who is asking: by the `Authorization` header, else by the browser's cookies. At once where that is known already. */
export const identifier =
  (authenticate: Authenticate, browser: BrowserSessions) =>
  (req: HttpRequest): Actor | Promise<Actor> => {
    const { authorization, cookie } = req.headers
    const options = { forEnrolment: servesEnrolment.test(pathOf(req.target)) }
    if (authorization !== undefined || cookie === undefined) return authenticate(authorization, options)
    const token = browser.accessToken(req)
    if (token === null) return anonymous
    if (!isSafe(req)) browser.refuseForeign(req)
    return req.target.startsWith('/api/auth/')
      ? orGuest(() => authenticate(`Bearer ${token}`, options))
      : authenticate(`Bearer ${token}`, options)
  }

/** What a handshake of a socket carries to sign in with, as it would stand in an `Authorization` header. @throws Problem crossSite */
export const handshakeCredential =
  (browser: BrowserSessions) =>
  (req: HttpRequest): string | undefined => {
    const { authorization, cookie } = req.headers
    if (authorization !== undefined || cookie === undefined) return authorization
    const token = browser.accessToken(req)
    if (token === null) return undefined
    // A handshake is a GET, but what it opens can do more than read.
    browser.refuseForeign(req)
    return `Bearer ${token}`
  }

/** A page cannot take its cookie away, so one that has ended must not keep it from signing in again. */
function orGuest(work: () => Actor | Promise<Actor>): Actor | Promise<Actor> {
  try {
    const actor = work()
    return actor instanceof Promise ? actor.catch(guestFor) : actor
  } catch (error) {
    return guestFor(error)
  }
}

function guestFor(error: unknown): Actor {
  if (error instanceof Problem && error.code === 'invalidToken') return anonymous
  throw error
}
