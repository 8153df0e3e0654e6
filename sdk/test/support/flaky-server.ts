import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** How one request is answered; `cut` ends its connection without an answer, `hang` never answers. */
export type Reply =
  | 'cut'
  | 'hang'
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }

export interface FlakyServer {
  readonly url: string
  readonly seen: readonly Seen[]
  stop(): Promise<void>
}

/** A server that answers with one reply after the other; the last one stays. */
export async function startFlakyServer(...replies: readonly Reply[]): Promise<FlakyServer> {
  const seen: Seen[] = []
  const server = createServer(async (req, res) => {
    const reply = replies[Math.min(seen.length, replies.length - 1)] ?? {}
    const { method = '', url = '', headers } = req
    seen.push({ method, url, headers, body: await text(req) })
    answer(res, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(res: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return
  if (reply === 'cut') {
    res.socket?.destroy()
    return
  }
  const { status = 200, headers = {}, body } = reply
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  res.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
}
