import type { HttpRequest } from './http-request.ts'

/**
 * Where a request comes from. `X-Forwarded-For` is believed only as far as our own proxies have written it: what is left
 * of that was sent by the caller, who may write anything.
 */
export function clientAddress(req: HttpRequest, trustedProxies: number): string {
  const peer = req.socket.remoteAddress ?? ''
  const forwarded = trustedProxies > 0 ? req.headers['x-forwarded-for'] : undefined
  if (typeof forwarded !== 'string') return peer
  const hops = forwarded.split(',').map((hop) => hop.trim())
  return hops.at(-trustedProxies) ?? hops[0] ?? peer
}
