import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Configuration, Provider } from 'oidc-provider'
import type { Browser } from './browser.ts'

export const clientId = 'plinth'
export const clientSecret = 'a secret of the client'

export interface OpenIdProvider {
  readonly issuer: string
  /** Signs in there, agrees, and answers where the browser is sent back to; or refuses to. */
  visit(browser: Browser, url: string, login: string): Promise<string>
  refuse(browser: Browser, url: string): Promise<string>
  rotateKeys(): void
  stop(): Promise<void>
}

/** `oidc-provider` itself, over real HTTP. Whoever signs in as `ada` has the address ada@example.org. */
export async function startOpenIdProvider(redirectUri: string, host = '127.0.0.1'): Promise<OpenIdProvider> {
  let handle: RequestListener = () => {}
  const server = createServer((req, res) => handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // `listen` has set it.
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`
  const rotateKeys = (): void => {
    const provider = new Provider(issuer, configuration(redirectUri))
    handle = provider.callback()
  }
  rotateKeys()

  /** Goes wherever it is sent, until that is `end`. */
  async function follow(browser: Browser, url: string, init?: RequestInit): Promise<string | Response> {
    const answer = await browser.open(url, init)
    const location = answer.headers.get('location')
    if (location === null) return answer
    const next = new URL(location, url).href
    return next.startsWith(redirectUri) ? next : follow(browser, next)
  }
  async function submit(browser: Browser, page: Response, form: Readonly<Record<string, string>>) {
    const init = { method: 'POST', body: new URLSearchParams(form) }
    return follow(browser, page.url, init)
  }
  return {
    issuer,
    rotateKeys,
    visit: async (browser, url, login) => {
      let at = await follow(browser, url)
      for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }])
        if (typeof at !== 'string') at = await submit(browser, at, form)
      if (typeof at !== 'string') throw new Error(`It ended at ${at.url}: ${await at.text()}`)
      return at
    },
    refuse: async (browser, url) => {
      const at = await follow(browser, url)
      if (typeof at === 'string') return at
      const back = await follow(browser, `${at.url}/abort`)
      if (typeof back !== 'string') throw new Error(`It ended at ${back.url}.`)
      return back
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const signingKey = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: crypto.randomUUID() }
}

const configuration = (redirectUri: string): Configuration => ({
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  // A private key as JWK is what it takes.
  jwks: { keys: [signingKey() as never] },
  cookies: { keys: ['for tests alone'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.org`,
      email_verified: !id.startsWith('unverified'),
      name: `${id} of the provider`,
    }),
  }),
})
