import { generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What an authenticator and its browser say; a test lies by changing some of it. */
export interface Circumstances {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  /** Whether it has checked who uses it. */
  readonly verified?: boolean
  readonly counter?: number
  /** https://www.w3.org/TR/webauthn-3/#sctn-credential-backup */
  readonly backupEligible?: boolean
  readonly backedUp?: boolean
  readonly userHandle?: string
  /** Another's, to sign with. */
  readonly key?: KeyObject
}

export interface SoftwareAuthenticator {
  readonly id: string
  readonly key: KeyObject
  create(options: Options, lies?: Circumstances & { readonly id?: string; readonly withCertificate?: boolean }): unknown
  get(options: Options, lies?: Circumstances): unknown
}

interface Options {
  readonly challenge: string
  readonly user?: { readonly id: string }
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url')
const sha256 = (data: string | Buffer): Buffer => hash('sha256', data, 'buffer')

/** An authenticator in software, to sign what a real one would never sign. */
export function softwareAuthenticator(home: { readonly origin: string; readonly rpId: string }): SoftwareAuthenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(32)
  const id = base64url(credentialId)

  const clientData = (type: string, { challenge }: Options, lies: Circumstances): Buffer =>
    Buffer.from(
      JSON.stringify({ type: lies.type ?? type, challenge, origin: lies.origin ?? home.origin, crossOrigin: false }),
    )
  function authenticatorData(lies: Circumstances, attested: Buffer | null): Buffer {
    const { verified = true, counter = 0, backupEligible = false, backedUp = false } = lies
    const flags = 1 | (verified ? 4 : 0) | (backupEligible ? 8 : 0) | (backedUp ? 16 : 0) | (attested === null ? 0 : 64)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(lies.rpId ?? home.rpId), Buffer.from([flags]), count, attested ?? Buffer.alloc(0)])
  }

  return {
    id,
    key: privateKey,
    create: (options, lies = {}) => {
      const its = lies.id === undefined ? credentialId : Buffer.from(lies.id, 'base64url')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(its.length)
      const authData = authenticatorData(lies, Buffer.concat([Buffer.alloc(16), length, its, coseKey(publicKey)]))
      const client = clientData('webauthn.create', options, lies)
      const statement = lies.withCertificate
        ? { fmt: 'packed', attStmt: { alg: -7, sig: Buffer.from('sig'), x5c: [Buffer.from('certificate')] } }
        : { fmt: 'none', attStmt: {} }
      return {
        id: base64url(its),
        rawId: base64url(its),
        type: 'public-key',
        response: {
          clientDataJSON: base64url(client),
          attestationObject: base64url(cbor({ ...statement, authData })),
          transports: ['internal'],
        },
        clientExtensionResults: {},
      }
    },
    get: (options, lies = {}) => {
      const client = clientData('webauthn.get', options, lies)
      const data = authenticatorData(lies, null)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), lies.key ?? privateKey)
      return {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(signature),
          ...(lies.userHandle !== undefined && { userHandle: lies.userHandle }),
        },
        clientExtensionResults: {},
      }
    },
  }
}

/** https://www.rfc-editor.org/rfc/rfc9053#section-7.1.1 */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

/** As much of https://www.rfc-editor.org/rfc/rfc8949 as is needed here. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  const entries = value instanceof Map ? [...value] : Object.entries(Object(value))
  return Buffer.concat([head(5, entries.length), ...entries.flat().map(cbor)])
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size])
  if (size < 256) return Buffer.from([(major << 5) | 24, size])
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255])
}
