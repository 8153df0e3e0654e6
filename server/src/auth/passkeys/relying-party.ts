import { isIP } from 'node:net'
import { errors } from '@plinth/schema'

/** For whom passkeys are: https://www.w3.org/TR/webauthn-3/#relying-party-identifier */
export interface RelyingParty {
  readonly id: string
  /** Whose pages may ask for them. */
  readonly origins: readonly string[]
}

export interface RelyingPartyOptions {
  /** Where people reach this Plinth. What a request says about that (`Host`) is never believed. */
  readonly publicUrl: string
  /** The domain, where it is not the host of that address. */
  readonly domain: string | null
  /** Origins whose pages may call the API. */
  readonly corsOrigins: readonly string[]
}

/** @throws Problem passkeysUnavailable where browsers would refuse: without a name, or without https */
export function relyingParty({ publicUrl, domain, corsOrigins }: RelyingPartyOptions): RelyingParty {
  const { hostname, protocol, origin } = new URL(publicUrl)
  // https://www.w3.org/TR/webauthn-3/ demands a domain and a secure context.
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || (protocol !== 'https:' && !isLocal(hostname)))
    throw errors.passkeysUnavailable()
  const id = domain ?? hostname
  const isOurs = (each: string): boolean => {
    const host = URL.parse(each)?.hostname ?? ''
    return host === id || host.endsWith(`.${id}`)
  }
  return { id, origins: [...new Set([origin, ...corsOrigins.filter(isOurs)])] }
}

const isLocal = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost')
