import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

type Body = Readonly<Record<string, unknown>>

export interface SlowRealtimeServer {
  readonly url: string
  /** What was asked for, each to be answered when the test says so. */
  readonly asked: { readonly name: string; readonly body: Body; readonly answer: (body: Body) => void }[]
  send(event: string, payload: Body): void
  stop(): Promise<void>
}

/** A server of realtime that answers when it is told to. */
export async function startSlowRealtimeServer(): Promise<SlowRealtimeServer> {
  const http = createServer()
  const io = new Server(http, { path: '/api/realtime', addTrailingSlash: false })
  const asked: SlowRealtimeServer['asked'] = []
  io.on('connection', (socket) => {
    socket.onAny((name: string, body: Body, answer: (body: Body) => void) => asked.push({ name, body, answer }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    send: (event, payload) => void io.emit(event, payload),
    stop: () => io.close(),
  }
}
