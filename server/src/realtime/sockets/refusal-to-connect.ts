import type { IncomingMessage } from 'node:http'
import type { SocketSettings } from './open-sockets.ts'

type Limits = Pick<SocketSettings, 'corsOrigins' | 'publicUrl' | 'maxSockets'>

/**
 * Why a handshake is not taken; null when it is. Browsers ask no permission before they open a WebSocket, so a page's origin
 * is checked here: https://www.rfc-editor.org/rfc/rfc6455#section-10.2
 */
export function refusalToConnect(request: IncomingMessage, limits: Limits, connected: number): string | null {
  const { origin, host } = request.headers
  // Names of query parameters that people put tokens into: addresses end up in logs.
  if (/[?&](?:token|access_token|apikey|api_key|key)=/i.test(request.url ?? ''))
    return 'A token never belongs into an address: send it in the handshake\'s "auth".'
  if (origin !== undefined && !isWelcome(origin, host, limits)) return 'Pages of this origin may not connect.'
  return connected < limits.maxSockets ? null : 'There are too many connections. Try again later.'
}

function isWelcome(origin: string, host: string | undefined, { corsOrigins, publicUrl }: Limits): boolean {
  if (corsOrigins.includes('*') || corsOrigins.includes(origin)) return true
  if (publicUrl !== null && new URL(publicUrl).origin === origin) return true
  return host !== undefined && URL.parse(origin)?.host === host
}
