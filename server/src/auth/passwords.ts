import { hash, type Options, verify } from '@node-rs/argon2'
import { errors, type Fault } from '@plinth/schema'
import { isCommonPassword } from './common-passwords.ts'
import { hashInTurn } from './hashing-turns.ts'

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane. (The package's default algorithm is argon2id.)
const strength: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const minCharacters = 10
const maxBytes = 1_000

/** Hashes on another thread, in turn. */
export const hashPassword = (password: string): Promise<string> =>
  hashInTurn(() => hash(password.normalize('NFKC'), strength))

// Made of a password that nobody has.
const nobodysHash = hashPassword(crypto.randomUUID())

/** Takes as long for an address that is not registered: time must not tell which ones are. */
export async function verifyPassword(known: string | null, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > maxBytes) return false
  const expected = known ?? (await nobodysHash)
  const fits = await hashInTurn(() => verify(expected, password.normalize('NFKC')))
  return fits && known !== null
}

const currentPrefix = `$argon2id$v=19$m=${strength.memoryCost},t=${strength.timeCost},p=${strength.parallelism}$`

/** Whether a hash was made with other parameters than today's. */
export const isOutdated = (known: string): boolean => !known.startsWith(currentPrefix)

/** @throws Problem invalidBody for a password that is too easy to guess, or too long to hash */
export function refuseWeakPassword(password: string, path = '/password'): void {
  const characters = [...password].length
  if (characters < minCharacters) throw fault(path, 'tooShort', `A password has at least ${minCharacters} characters.`)
  if (Buffer.byteLength(password) > maxBytes) throw fault(path, 'tooLong', `A password has at most ${maxBytes} bytes.`)
  if (isCommonPassword(password))
    throw fault(path, 'tooCommon', 'This password is one of the first that are tried. Choose another.')
}

function fault(path: string, code: string, message: string) {
  const faults: readonly Fault[] = [{ path, code, message }]
  return errors.invalidBody({ errors: faults })
}
