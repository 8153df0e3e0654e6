import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import type { Database, Session } from '../database/database.ts'

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** The keys that access tokens are signed with; all copies of the server share them. */
export interface SigningKeys {
  /** The newest one. */
  current(): Promise<SigningKey>
  /** The public half of a key; null for one that there is not (any more). */
  find(kid: string): Promise<KeyObject | null>
}

interface Ring {
  readonly newest: SigningKey
  readonly createdAt: number
  readonly publicKeys: ReadonlyMap<string, KeyObject>
}

const days = 86_400_000
const renewAfter = 90 * days
/** Longer than any token that an old key has signed. */
const keepDays = 91
/** A token with an unknown key id may come from another copy; asking for each would let anybody keep the database busy. */
const lookAgainAfter = 1_000

/** Held while a key is made, so that copies started at once agree on one. Never changes. */
const signingKeyLock = 7_045_231_003

/** Opens the keys, and makes the first one where there is none. */
export async function openSigningKeys(database: Database): Promise<SigningKeys> {
  let ring = await loadRing(database)
  let loadedAt = performance.now()

  async function reload(): Promise<void> {
    loadedAt = performance.now()
    ring = await loadRing(database)
  }
  return {
    current: async () => {
      if (Date.now() - ring.createdAt > renewAfter) await reload()
      return ring.newest
    },
    find: async (kid) => {
      if (!ring.publicKeys.has(kid) && performance.now() - loadedAt > lookAgainAfter) await reload()
      return ring.publicKeys.get(kid) ?? null
    },
  }
}

const loadRing = (database: Database): Promise<Ring> =>
  database.transaction(async (session) => {
    await session.run({ text: `select pg_advisory_xact_lock(${signingKeyLock})`, values: [] })
    const ring = await readRing(session)
    if (ring !== null && Date.now() - ring.createdAt <= renewAfter) return ring
    await makeKey(session)
    const renewed = await readRing(session)
    if (renewed === null) throw new Error('The signing key that was just made is not there.')
    return renewed
  })

async function readRing(session: Session): Promise<Ring | null> {
  const rows = await session.run({
    text: `
      select kid, private_key, public_key, (extract(epoch from created) * 1000)::bigint
      from plinth.signing_keys
      order by created desc`,
    values: [],
  })
  const [newest] = rows
  if (newest === undefined) return null
  const [kid, privateKey, , createdAt] = newest
  return {
    newest: { kid: kid ?? '', privateKey: createPrivateKey(privateKey ?? '') },
    createdAt: Number(createdAt),
    publicKeys: new Map(rows.map(([id, , publicKey]) => [id ?? '', createPublicKey(publicKey ?? '')])),
  }
}

async function makeKey(session: Session): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await session.run({
    text: `delete from plinth.signing_keys where created < now() - interval '${keepDays} days'`,
    values: [],
  })
  await session.run({
    text: 'insert into plinth.signing_keys (kid, private_key, public_key) values ($1, $2, $3)',
    values: [
      randomUUID(),
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'pem' }),
    ],
  })
}
