import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StallingProxy {
  readonly url: string
  /** Settles when the first piece of the answer has gone out. */
  readonly stalled: Promise<void>
  /** Cuts what stalls. */
  close(): void
}

/** Stands before a server, and passes on no more than the first piece of answers whose path ends like this. */
export async function startStallingProxy(target: string, ending: string): Promise<StallingProxy> {
  let reached = () => {}
  const stalled = new Promise<void>((resolve) => (reached = resolve))
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming
    const stalls = new URL(url, target).pathname.endsWith(ending)
    const forwarded = send(new URL(url, target), { method, headers }, (answer: IncomingMessage) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      if (!stalls) return answer.pipe(outgoing)
      return answer.once('data', (piece: Buffer) => outgoing.write(piece.subarray(0, 10), () => reached()))
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // It listens on TCP.
  return { url: `http://127.0.0.1:${port}`, stalled, close: () => void server.close().closeAllConnections() }
}
