import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PageServer {
  readonly origin: string
  stop(): Promise<void>
}

/** Serves one page with one script, at an origin of its own. */
export async function startPageServer(script: () => string): Promise<PageServer> {
  const server = createServer(({ url }, res) => {
    const isScript = url === '/script.js'
    res.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    res.end(
      isScript
        ? script()
        : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
