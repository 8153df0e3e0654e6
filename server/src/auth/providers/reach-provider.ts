import { lookup } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isLoopback, isPrivateAddress } from './private-networks.ts'

/** What is sent to a provider: the part of `fetch` that is needed. */
export interface ProviderRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Sends a request to a provider. */
export type ReachProvider = (url: string, request: ProviderRequest) => Promise<Response>

export interface ReachOptions {
  readonly privateNetworks: boolean
  /** For how long one answer may take. */
  readonly milliseconds?: number
}

const maxBytes = 1_000_000

/**
 * Reaches providers, and nothing else that this machine could: not itself nor its network (unless that is allowed, and then
 * without TLS on this machine alone), no redirect is followed, and an answer may not be long in either sense. Addresses are
 * judged when the connection is made, so a name that leads elsewhere the second time gains nothing.
 */
export const reachProvider =
  ({ privateNetworks, milliseconds = 10_000 }: ReachOptions): ReachProvider =>
  (address, { method, headers, body, signal }) => {
    const url = new URL(address)
    const isPlain = url.protocol === 'http:' && privateNetworks && isLoopback(url)
    if (url.protocol !== 'https:' && !isPlain) return Promise.reject(new Error('Providers are reached by https.'))
    if (!privateNetworks && isPrivate(url)) return Promise.reject(new Error(refusal))
    const deadline = AbortSignal.timeout(milliseconds)
    const options = {
      method,
      headers,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      ...(!privateNetworks && { lookup: publicLookup }),
    }
    return new Promise((resolve, reject) => {
      const sent = (isPlain ? requestHttp : requestHttps)(url, options, (answer) => {
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          chunks.push(chunk)
          if (size > maxBytes) answer.destroy(new Error('The answer of the provider is too long.'))
        })
        answer.once('error', reject)
        answer.once('end', () => {
          const { statusCode = 0, headers: given } = answer
          // What is no final status is no answer; `Response` takes none either.
          if (statusCode < 200 || statusCode > 599) reject(new Error('The provider did not answer as HTTP has it.'))
          else resolve(responseOf(statusCode, given, Buffer.concat(chunks)))
        })
      })
      sent.once('error', reject)
      sent.end(bodyOf(body))
    })
  }

const refusal = 'The provider is in a private network: set PLINTH_PRIVATE_PROVIDERS=on if that is meant.'

/** Names are judged by `publicLookup`, which is not asked about what is an address already. */
function isPrivate(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isLoopback(url) || (isIP(host) !== 0 && isPrivateAddress(host))
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, [])
    if (addresses.some(({ address }) => isPrivateAddress(address))) return done(new Error(refusal), [])
    const [first] = addresses
    if (options.all === true) done(null, addresses)
    else done(null, first?.address ?? '', first?.family)
  })
}

/** openid-client sends forms, or nothing. */
const bodyOf = (body: unknown): string | undefined =>
  body instanceof URLSearchParams || typeof body === 'string' ? body.toString() : undefined

const bodiless = new Set([204, 205, 304])

function responseOf(status: number, headers: NodeJS.Dict<string | string[]>, body: Buffer): Response {
  const kept = new Headers()
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') kept.append(name, value)
  return new Response(bodiless.has(status) ? null : Uint8Array.from(body), { status, headers: kept })
}
