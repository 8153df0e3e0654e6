import type { SessionStorage } from './session-storage.ts'

/** Where the cookie comes from and goes to. */
export interface CookieStorageOptions {
  /** The request's `Cookie` header; in browsers `document.cookie`. */
  readonly read: () => string | null | undefined
  /** Sends one `Set-Cookie` header; in browsers, sets `document.cookie`. */
  readonly write: (cookie: string) => void
  /** The cookie's name. Default: `plinth_session`. */
  readonly name?: string
  /** Days the cookie lasts. Default: 30. */
  readonly days?: number
  /** Leave `Secure` out, for http in development. */
  readonly insecure?: boolean
}

/**
 * Keeps the session in a cookie, so that a page can be rendered on a server as its user. Scripts of the page can read it:
 * where nothing is rendered on a server, `session: 'cookie'` is the safer choice.
 *
 * @example
 * const db = createClient<Schema>(url, {
 *   storage: cookieStorage({
 *     read: () => request.headers.get('cookie'),
 *     write: (cookie) => response.headers.append('Set-Cookie', cookie),
 *   }),
 * })
 */
export function cookieStorage({
  read,
  write,
  name = 'plinth_session',
  days = 30,
  insecure,
}: CookieStorageOptions): SessionStorage {
  // A request's header does not show what was written since; a browser's does.
  let written: { readonly header: string; readonly value: string | null } | null = null
  return {
    get: () => {
      const header = read() ?? ''
      return written?.header === header ? written.value : valueIn(header, name)
    },
    set: (_, value) => {
      const maxAge = value === null ? 0 : days * 86_400
      const text = value === null ? '' : encodeURIComponent(value)
      const header = read() ?? ''
      write(`${name}=${text}; Path=/; Max-Age=${maxAge}; SameSite=Lax${insecure === true ? '' : '; Secure'}`)
      written = read() === header ? { header, value } : null
    },
  }
}

function valueIn(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name) return decoded(value)
  }
  return null
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
