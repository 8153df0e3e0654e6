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
  /** All public halves, as a JSON Web Key Set: https://www.rfc-editor.org/rfc/rfc7517#section-5 */
  publicKeySet(): Promise<string>
  /** Makes a new key, and answers its id. Tokens of the old one count until they end. */
  rotate(): Promise<string>
  /** The same, and no token that any older key has signed counts any more. */
  distrust(): Promise<string>
}

interface Ring {
  readonly newest: SigningKey
  readonly createdAt: number
  readonly publicKeys: ReadonlyMap<string, KeyObject>
}

const days = 86_400_000
const renewAfter = 30 * days
/** Until every copy has heard of the next key, and what the old one has signed has ended. */
const keptAfterwards = '1 hour'
/** So long a copy may not know that another has made a new key, or that an old one is gone. */
const maxAge = 60_000
/** Who signs, or tells others which keys count, hears of what another copy has done sooner. */
const maxAgeToSign = 1_000
/** A token with an unknown key id may come from another copy; asking for each would let anybody keep the database busy. */
const lookAgainAfter = 1_000

/** Held while a key is made, so that copies started at once agree on one. Never changes. */
const signingKeyLock = 7_045_231_003

/** Opens the keys, and makes the first one where there is none. */
export async function openSigningKeys(database: Database): Promise<SigningKeys> {
  let loading = loadRing(database)
  let loadedAt = performance.now()
  let lookedAgainAt = Number.NEGATIVE_INFINITY
  await loading

  async function reload(): Promise<Ring> {
    const before = loading
    loadedAt = performance.now()
    // A database that cannot be reached for a moment must not cost the keys that are known.
    loading = loadRing(database).catch(() => before)
    return loading
  }
  const ring = (age = maxAge): Promise<Ring> => (performance.now() - loadedAt > age ? reload() : loading)
  async function makeNext(before: (session: Session) => Promise<void>): Promise<string> {
    await database.transaction(async (session) => {
      await lockKeys(session)
      await before(session)
      await makeKey(session)
    })
    return (await reload()).newest.kid
  }

  return {
    current: async () => (await ring(maxAgeToSign)).newest,
    find: async (kid) => {
      const known = (await ring()).publicKeys.get(kid)
      if (known !== undefined || performance.now() - lookedAgainAt <= lookAgainAfter) return known ?? null
      lookedAgainAt = performance.now()
      return (await reload()).publicKeys.get(kid) ?? null
    },
    publicKeySet: async () => JSON.stringify({ keys: [...(await ring(maxAgeToSign)).publicKeys].map(publicJwk) }),
    rotate: () => makeNext(async () => {}),
    distrust: () => makeNext(forgetKeys),
  }
}

async function forgetKeys(session: Session): Promise<void> {
  await session.run({ text: 'delete from plinth.signing_keys', values: [] })
}

const publicJwk = ([kid, key]: readonly [string, KeyObject]) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  alg: 'ES256',
})

async function loadRing(database: Database): Promise<Ring> {
  const ring = await readRing(database)
  return ring !== null && !isDue(ring) ? ring : database.transaction(renewRing)
}

const isDue = ({ createdAt }: Ring): boolean => Date.now() - createdAt > renewAfter

async function renewRing(session: Session): Promise<Ring> {
  await lockKeys(session)
  const ring = await readRing(session)
  if (ring !== null && !isDue(ring)) return ring
  await makeKey(session)
  const renewed = await readRing(session)
  if (renewed === null) throw new Error('The signing key that was just made is not there.')
  return renewed
}

async function lockKeys(session: Session): Promise<void> {
  await session.run({ text: `select pg_advisory_xact_lock(${signingKeyLock})`, values: [] })
}

// A key is old from when the next one was made.
const agedKeys = 'select *, lead(created) over (order by created) as replaced from plinth.signing_keys'

async function readRing(session: Session): Promise<Ring | null> {
  const rows = await session.run({
    text: `
      select kid, private_key, public_key, (extract(epoch from created) * 1000)::bigint
      from (${agedKeys}) keys
      where replaced is null or replaced > now() - interval '${keptAfterwards}'
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
    text: `
      delete from plinth.signing_keys
      where kid in (select kid from (${agedKeys}) keys where replaced < now() - interval '${keptAfterwards}')`,
    values: [],
  })
  // Two keys of one transaction, or of one millisecond, would have no order.
  await session.run({
    text: `
      insert into plinth.signing_keys (kid, private_key, public_key, created)
      select $1, $2, $3, greatest(clock_timestamp(), max(created) + interval '1 millisecond') from plinth.signing_keys`,
    values: [
      randomUUID(),
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'pem' }),
    ],
  })
}
