import { newSecret } from '../auth/secret.ts'
import { readCookie } from './browser-sessions.ts'
import type { HttpRequest, HttpResponse } from './http-request.ts'

/** The secret by which a browser shows that it is the one that began a sign-in with a provider. */
export interface ProviderBinding {
  /** Null without one. */
  read(req: HttpRequest): string | null
  /** Gives the browser one for the next minutes; the one that it has, where it has begun another sign-in. */
  renew(req: HttpRequest): string
  /** `formPost`: whether the provider has the browser post its answer, which comes from the provider's page then. */
  set(res: HttpResponse, secret: string, formPost: boolean): void
}

const format = /^[\w-]{43}$/
const seconds = 600

/** `publicUrl` is the address under which people reach the server; null where nobody said. */
export function providerBinding(publicUrl: string | null): ProviderBinding {
  // The same considerations as for the cookies of sessions.
  const isSecure = publicUrl?.startsWith('https:') ?? false
  const name = `${isSecure ? '__Host-' : ''}plinth_provider`
  const path = isSecure ? '/' : '/api'
  const read = (req: HttpRequest): string | null => {
    const secret = readCookie(req, name)
    return secret !== null && format.test(secret) ? secret : null
  }
  return {
    read,
    renew: (req) => read(req) ?? newSecret(),
    set: (res, secret, formPost) => {
      const site = formPost ? 'SameSite=None; Secure' : `SameSite=Lax${isSecure ? '; Secure' : ''}`
      res.setHeader('Set-Cookie', `${name}=${secret}; Max-Age=${seconds}; Path=${path}; HttpOnly; ${site}`)
    },
  }
}
