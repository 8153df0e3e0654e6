import { dictionary } from '@zxcvbn-ts/language-common'

// The 49,233 most used passwords of leaked collections; the package keeps them up to date. Put into a set when first asked for.
let common: ReadonlySet<string> | null = null

/** What people put around a word to please a rule. */
const decoration = /^[^\p{L}]{1,4}|[^\p{L}]{1,4}$/gu
const repeated = /^(.{1,4}?)\1+.{0,3}$/su

/**
 * Whether a password is one of the first that are tried: a well-known one, one with a few digits or signs around it, or the
 * same few characters again and again.
 */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(dictionary['passwords-common'])
  const plain = password.normalize('NFKC').toLowerCase()
  return common.has(plain) || common.has(plain.replace(decoration, '')) || repeated.test(plain)
}
