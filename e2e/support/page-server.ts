import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PageServer {
  readonly origin: string
  stop(): Promise<void>
}

/** What a server has rendered, with the cookies that it sets. */
export interface Rendered {
  readonly html: string
  readonly cookies: readonly string[]
}

/** Serves one script, and a page with it that is empty or rendered by the cookies of whoever asks, at an origin of its own. */
export async function startPageServer(
  script: () => string,
  render: (cookies: string) => Promise<Rendered> = async () => ({ html: '', cookies: [] }),
): Promise<PageServer> {
  const server = createServer(async ({ url, headers }, res) => {
    if (url === '/script.js') return void res.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script())
    const { html, cookies } = await render(headers.cookie ?? '')
    res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': [...cookies] })
    res.end(`<!doctype html><link rel="icon" href="data:,">${html}<script type="module" src="/script.js"></script>`)
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
