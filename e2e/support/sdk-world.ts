import type { World } from '../../sdk/test/suite/check.ts'
import { schema } from '../../sdk/test/suite/schema.ts'
import { signIn } from './api.ts'
import { admin, type ServerProcess } from './server-process.ts'

/** Settings of a server that the client's suite runs against. */
export const sdkSettings = {
  PLINTH_REGISTRATION: 'open',
  PLINTH_ANONYMOUS_USERS: 'on',
}

/** Gives a server the suite's schema, and the suite a key that may do everything. */
export async function makeSdkWorld({ url }: Pick<ServerProcess, 'url'>): Promise<World> {
  const { get, send } = await signIn(url, admin)
  const { version } = (await get('/api/schema')).body
  const applied = await send('POST', '/api/schema/apply', { schema, base: version })
  if (applied.status !== 200) throw new Error(JSON.stringify(applied.body))
  const { body } = await send('POST', '/api/admin/keys', { name: 'suite', roles: ['admin'] })
  return { url, admin, key: String(body['key']) }
}
