import { readFile } from 'node:fs/promises'
import { call } from './api.ts'

export const admin = { email: 'admin@bench.example', password: 'measured-twice' } as const
const writer = { email: 'writer@bench.example', password: 'reads-and-writes' } as const
const otherOwners = 9

export interface Prepared {
  /** The writer who will send the requests, and others who own the rest of the posts. */
  readonly owners: readonly string[]
  /** The writer's access token. */
  token(): Promise<string>
  adminToken(): Promise<string>
}

/** Makes the collections, the role and its users through Plinth's own API. */
export async function preparePlinth(url: string): Promise<Prepared> {
  const token = await signIn(url, admin)
  await applySchema(url, token)
  const emails = [writer.email, ...Array.from({ length: otherOwners }, (_, i) => `other-${i}@bench.example`)]
  const owners: string[] = []
  for (const email of emails) owners.push(await createWriter(url, token, email))
  await call(url, token, 'PUT', `/api/admin/users/${owners[0]}/password`, { password: writer.password })
  return { owners, token: renewed(() => signIn(url, writer)), adminToken: () => signIn(url, admin) }
}

async function applySchema(url: string, token: string): Promise<void> {
  // The shape of the answer is the API's promise.
  const current = (await call(url, token, 'GET', '/api/schema')) as { readonly version: number }
  const schema: object = JSON.parse(await readFile(new URL('../schema.json', import.meta.url), 'utf8'))
  const change = { schema: { ...current, ...schema }, base: current.version, accept: [] }
  await call(url, token, 'POST', '/api/schema/apply', change)
}

async function createWriter(url: string, token: string, email: string): Promise<string> {
  const body = { email, roles: ['writer'] }
  const { id } = (await call(url, token, 'POST', '/api/records/users', body)) as { readonly id: string }
  return id
}

async function signIn(url: string, credentials: typeof admin | typeof writer): Promise<string> {
  const signedIn = (await call(url, null, 'POST', '/api/auth/sign-in', credentials)) as { readonly accessToken: string }
  return signedIn.accessToken
}

/** Tokens are valid for 15 minutes, which is longer than a round and may be shorter than a run. */
function renewed(make: () => Promise<string>): () => Promise<string> {
  const fiveMinutes = 5 * 60_000
  let known: { readonly token: Promise<string>; readonly since: number } | null = null
  return () => {
    if (known === null || Date.now() - known.since > fiveMinutes) known = { token: make(), since: Date.now() }
    return known.token
  }
}
