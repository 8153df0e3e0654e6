import { fileURLToPath } from 'node:url'
import type { SchemaDocument } from '@plinth/schema'
import { createClient } from '@plinth/sdk'
import { createServer } from 'vite'

export interface PageOptions {
  /** The example's folder. */
  readonly name: string
  /** The address of a Plinth. */
  readonly plinth: string
  readonly admin: { readonly email: string; readonly password: string }
  /** The first port to try; 0 for any. */
  readonly port: number
}

type Ours = Pick<SchemaDocument, 'collections' | 'channels'>

/** Brings an example's schema next to what the Plinth has already, and serves its page. */
export async function openPage({ name, plinth, admin, port }: PageOptions) {
  const folder = new URL(`../${name}/`, import.meta.url)
  const { schema }: { schema: Ours } = await import(new URL('schema.ts', folder).href)
  await applySchema(plinth, admin, schema)
  const server = await createServer({
    root: fileURLToPath(folder),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source', 'module', 'browser', 'development', 'import', 'default'] },
    // One origin for page and API, also for its WebSocket.
    server: { port, strictPort: false, proxy: { '/api': { target: plinth, ws: true } } },
  })
  await server.listen()
  return { url: server.resolvedUrls?.local[0] ?? '', stop: () => server.close() }
}

async function applySchema(plinth: string, admin: PageOptions['admin'], ours: Ours): Promise<void> {
  const db = createClient(plinth)
  await db.auth.signIn(admin)
  const current = await db.request<SchemaDocument>('GET', '/api/schema')
  const schema = {
    ...current,
    collections: { ...current.collections, ...ours.collections },
    channels: { ...current.channels, ...ours.channels },
  }
  await db.request('POST', '/api/schema/apply', { body: { schema, base: current.version } })
  await db.auth.signOut()
}
