import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import type { ReachProvider } from '../../src/auth/providers/reach-provider.ts'

type Json = Readonly<Record<string, unknown>>

/** What the provider does; a test changes what it is about. */
export interface Script {
  /** Whom it signs in. */
  claims: Json
  /** What its user info says; null for the claims. */
  userInfo: Json | null
  metadata: (document: Json) => Json
  /** What it sends back by the browser. */
  answer: (parameters: URLSearchParams) => URLSearchParams
  idToken: (claims: Json) => string | undefined
  /** What it says at its token endpoint; null for what is right. */
  token: (() => { readonly status: number; readonly body: Json }) | null
  /** Of APIs without OpenID, by path. */
  api: Readonly<Record<string, unknown>>
  /** Answers in its place where it answers true. */
  intercept: ((req: IncomingMessage, res: ServerResponse) => boolean) | null
}

export interface ScriptedProvider {
  /** Its issuer. */
  readonly url: string
  readonly script: Script
  reset(): void
  readonly requests: {
    readonly method: string
    readonly path: string
    readonly form: URLSearchParams
    readonly headers: Json
  }[]
  /** Leads all addresses of the world to it. */
  readonly reach: ReachProvider
  /** What a browser does there: it agrees, and answers where it is sent back to, and what a form would post. */
  visit(url: string): Promise<{ readonly callback: URL; readonly form: URLSearchParams | null }>
  /** Makes a new signing key in the place of the old one. */
  rotateKeys(): void
  sign(claims: Json, options?: jwt.SignOptions): string
  readonly publicKeyPem: () => string
  stop(): Promise<void>
}

interface Grant {
  readonly challenge: string | null
  readonly nonce: string | null
  readonly clientId: string
  readonly redirectUri: string
  readonly host: string
}

const secret = 'the-client-secret'
const newKey = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid: randomUUID(), pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** A small OpenID and OAuth provider over real HTTP, which does wrong whatever a test wants it to. */
export async function startScriptedProvider(): Promise<ScriptedProvider> {
  let key = newKey()
  const grants = new Map<string, Grant>()
  const requests: ScriptedProvider['requests'] = []
  const sign: ScriptedProvider['sign'] = (claims, options) =>
    jwt.sign(claims, createPrivateKey(key.pem), { algorithm: 'ES256', keyid: key.kid, ...options })
  const right = (): Script => ({
    claims: { sub: 'ada', email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' },
    userInfo: null,
    metadata: (document) => document,
    answer: (parameters) => parameters,
    idToken: (claims) => sign(claims),
    token: null,
    api: {},
    intercept: null,
  })
  const script = right()
  const server = createServer((req, res) => void answer(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // `listen` has set it.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** The issuer that a host claims to be, and where its addresses begin. */
  const issuerOf = (host: string): string => (host === '' ? url : `https://${host}`)

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, host = '', rest = ''] = /^(?:\/at\/([^/]+))?(\/.*)$/.exec(req.url ?? '/') ?? []
    const { pathname: path, searchParams: query } = new URL(rest, url)
    const form = new URLSearchParams(await bodyOf(req))
    requests.push({ method: req.method ?? '', path, form, headers: req.headers })
    if (script.intercept?.(req, res)) return
    if (path.endsWith('/.well-known/openid-configuration')) {
      const issuer = issuerOf(host) + path.replace('/.well-known/openid-configuration', '')
      return send(res, 200, script.metadata(metadataOf(issuerOf(host), issuer)))
    }
    if (path.endsWith('/jwks')) return send(res, 200, { keys: [publicJwk()] })
    if (path.endsWith('/authorize')) return authorize(res, host, query)
    if (/\/(?:oauth2\/)?(?:token|access_token)$/.test(path)) return token(res, form)
    if (path === '/userinfo') return send(res, 200, script.userInfo ?? script.claims)
    if (Object.hasOwn(script.api, path) && req.headers.authorization === 'Bearer an-access-token')
      return send(res, 200, script.api[path])
    send(res, 404, { error: 'not_found' })
  }

  const metadataOf = (base: string, issuer: string): Json => ({
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/jwks`,
    userinfo_endpoint: `${base}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256', 'HS256', 'none'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  })

  const publicJwk = (): Json => ({
    ...createPublicKey(key.pem).export({ format: 'jwk' }),
    kid: key.kid,
    alg: 'ES256',
    use: 'sig',
  })

  function authorize(res: ServerResponse, host: string, query: URLSearchParams): void {
    const code = randomUUID()
    const redirectUri = query.get('redirect_uri') ?? ''
    grants.set(code, {
      challenge: query.get('code_challenge'),
      nonce: query.get('nonce'),
      clientId: query.get('client_id') ?? '',
      redirectUri,
      host,
    })
    const parameters = script.answer(new URLSearchParams({ code, state: query.get('state') ?? '' }))
    if (query.get('response_mode') === 'form_post') return send(res, 200, Object.fromEntries(parameters), redirectUri)
    res.writeHead(303, { Location: `${redirectUri}?${parameters}` }).end()
  }

  function token(res: ServerResponse, form: URLSearchParams): void {
    if (script.token !== null) {
      const { status, body } = script.token()
      return send(res, status, body)
    }
    const grant = grants.get(form.get('code') ?? '')
    grants.delete(form.get('code') ?? '')
    const given = form.get('client_secret') ?? ''
    if (given !== secret && !given.startsWith('ey')) return send(res, 401, { error: 'invalid_client' })
    const challenge = hash('sha256', form.get('code_verifier') ?? '', 'base64url')
    if (grant?.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
      return send(res, 400, { error: 'invalid_grant' })
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuerOf(grant.host),
      aud: grant.clientId,
      iat: now,
      exp: now + 300,
      ...(grant.nonce !== null && { nonce: grant.nonce }),
      ...script.claims,
    }
    const idToken = grant.nonce === null ? undefined : script.idToken(claims)
    send(res, 200, { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 300, id_token: idToken })
  }

  const toUs = (address: string): string => {
    const { host, protocol, pathname, search } = new URL(address)
    return protocol === 'https:' ? `${url}/at/${host}${pathname}${search}` : address
  }

  return {
    url,
    script,
    reset: () => {
      Object.assign(script, right())
      requests.length = 0
    },
    requests,
    // What openid-client gives it is what `fetch` takes.
    reach: (address, request) => fetch(toUs(address), { ...request, redirect: 'manual' } as RequestInit),
    visit: async (address) => {
      const page = await fetch(toUs(address), { redirect: 'manual' })
      const location = page.headers.get('location')
      if (page.status === 303 && location !== null) return { callback: new URL(location), form: null }
      // Written by `authorize`.
      const posted = new URLSearchParams(JSON.parse(await page.text()) as Readonly<Record<string, string>>)
      return { callback: new URL(page.headers.get('x-action') ?? ''), form: posted }
    },
    rotateKeys: () => {
      key = newKey()
    },
    sign,
    publicKeyPem: () => createPublicKey(key.pem).export({ type: 'spki', format: 'pem' }).toString(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += chunk
  return text
}

/** `action` is where a form on the page would be posted to. */
function send(res: ServerResponse, status: number, body: unknown, action?: string): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...(action !== undefined && { 'X-Action': action }) })
  res.end(JSON.stringify(body))
}
