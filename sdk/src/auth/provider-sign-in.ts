import { segment } from '../http/segment.ts'
import { PlinthError } from '../plinth-error.ts'
import type { AuthCalls } from './auth-calls.ts'
import type { StartOptions } from './providers.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { User } from './session.ts'

type Calls = Pick<AuthCalls, 'ask' | 'exchange'>

/** Begins a sign-in with another service. */
export async function start({ ask }: Calls, name: string, options: StartOptions, cookies: boolean) {
  const verifier = cookies ? null : base64url(crypto.getRandomValues(new Uint8Array(32)))
  const kind = verifier === null ? { session: 'cookie' } : { challenge: await challengeOf(verifier) }
  const { url } = await ask<{ readonly url: string }>('POST', `providers/${segment(name)}/start`, {
    ...options,
    ...kind,
  })
  return { url, verifier }
}

/** Ends it, at the address that the browser has come back to. */
export async function finish(
  { exchange }: Calls,
  keeper: SessionKeeper,
  address: string,
  verifier: string | null | undefined,
): Promise<User | null> {
  const found = new URL(address).searchParams
  const [error, code] = [found.get('error'), found.get('code')]
  if (error !== null) throw new PlinthError(0, error, `The sign-in was not finished: ${error}.`)
  if (code !== null) return exchange('providers/exchange', { code, ...(verifier && { verifier }) })
  // In a page with cookies the browser has brought them along.
  await keeper.refresh()
  return keeper.known?.user ?? null
}

/** By the method S256: https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
const challengeOf = async (verifier: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
