import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be blocked. */
export interface TcpLine {
  readonly url: string
  /** How many WebSockets were opened through it so far. */
  readonly webSockets: number
  /** Takes nothing from the server any more, as a client that is too slow; what is on its way stays there. */
  block(): void
  unblock(): void
  close(): void
}

export async function startTcpLine(target: string): Promise<TcpLine> {
  const { hostname, port } = new URL(target)
  const open = new Map<Socket, Socket>()
  let isBlocked = false
  let webSockets = 0
  const server = createServer((client) => {
    const toServer = connect(Number(port), hostname)
    open.set(client, toServer)
    if (isBlocked) toServer.pause()
    client.on('data', (bytes) => {
      if (/^upgrade: websocket/im.test(bytes.toString('latin1'))) webSockets += 1
      toServer.write(bytes)
    })
    toServer.on('data', (bytes) => client.write(bytes))
    for (const [one, other] of [
      [client, toServer],
      [toServer, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    client.on('close', () => open.delete(client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo // It listens on TCP.
  return {
    url: `http://127.0.0.1:${address.port}`,
    get webSockets() {
      return webSockets
    },
    block: () => {
      isBlocked = true
      for (const toServer of open.values()) toServer.pause()
    },
    unblock: () => {
      isBlocked = false
      for (const toServer of open.values()) toServer.resume()
    },
    close: () => {
      server.close()
      for (const client of open.keys()) client.destroy()
    },
  }
}
