import { errors } from '@plinth/schema'
import type { SignedIn } from '../auth/sessions/session.ts'
import type { HttpRequest, HttpResponse } from './http-request.ts'

/** Sessions that a browser keeps in cookies, which no script of the page can read. */
export interface BrowserSessions {
  /** Null without a cookie. */
  accessToken(req: HttpRequest): string | null
  refreshToken(req: HttpRequest): string | null
  /**
   * Browsers send cookies also when another site's page asks, so a request that counts because of cookies has to come from
   * a page of ours.
   *
   * @throws Problem crossSite
   */
  refuseForeign(req: HttpRequest): void
  set(res: HttpResponse, signedIn: SignedIn): void
  clear(res: HttpResponse): void
}

export interface BrowserSessionOptions {
  /** The address under which people reach the server; null where nobody said. */
  readonly publicUrl: string | null
  /** Origins whose pages may call. */
  readonly corsOrigins: readonly string[]
  readonly sessionDays: number
}

/** Cookies for the sessions of browsers. */
export function browserSessions({ publicUrl, corsOrigins, sessionDays }: BrowserSessionOptions): BrowserSessions {
  const isSecure = publicUrl?.startsWith('https:') ?? false
  // With this prefix a browser takes the cookie from this host alone: another one of the same domain could otherwise sign
  // people in to an account of its own. It demands the path `/`.
  const prefix = isSecure ? '__Host-' : ''
  const place = isSecure ? 'Path=/; Secure' : 'Path=/api'
  const access = `${prefix}plinth_access`
  const refresh = `${prefix}plinth_refresh`
  const trusted = new Set([...corsOrigins, ...(publicUrl === null ? [] : [new URL(publicUrl).origin])])
  const cookie = (name: string, value: string, maxAge: number): string =>
    `${name}=${value}; Max-Age=${maxAge}; ${place}; HttpOnly; SameSite=Lax`

  return {
    accessToken: (req) => readCookie(req, access),
    refreshToken: (req) => readCookie(req, refresh),
    refuseForeign: (req) => {
      if (!isOurs(req, trusted)) throw errors.crossSite()
    },
    set: (res, { accessToken, refreshToken }) => {
      // The access token's cookie outlives the token: it is then refused, where a request without one would quietly be a
      // guest's.
      const maxAge = sessionDays * 86_400
      res.setHeader('Set-Cookie', [cookie(access, accessToken, maxAge), cookie(refresh, refreshToken, maxAge)])
    },
    clear: (res) => {
      res.setHeader('Set-Cookie', [cookie(access, '', 0), cookie(refresh, '', 0)])
    },
  }
}

/**
 * By what browsers say and pages cannot: https://www.w3.org/TR/fetch-metadata/ where it is spoken, else the `Origin`. A
 * sibling host of the same site is foreign, too, unless it is listed.
 */
function isOurs({ headers }: HttpRequest, trusted: ReadonlySet<string>): boolean {
  const { origin, host } = headers
  if (origin !== undefined && trusted.has(origin)) return true
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origin !== undefined && host !== undefined && URL.parse(origin)?.host === host
}

/** A cookie that is there twice was planted once; which one is ours cannot be told, so neither is good. */
export function readCookie({ headers }: HttpRequest, name: string): string | null {
  const found = (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [key, value = ''] = pair.split('=', 2)
    return key?.trim() === name ? [value.trim()] : []
  })
  return found.length > 1 ? '' : (found[0] ?? null)
}
