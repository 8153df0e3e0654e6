import type { Fault } from '../errors/problem.ts'
import { entriesOf, objectOf } from './outline.ts'
import { childPath } from './json-pointer.ts'

/**
 * Bounds of what a schema puts into access tokens: with all of it used up, a token still fits into a cookie, of which
 * browsers keep 4,096 bytes. A value that is longer (in UTF-8, as JSON) is `null`, so that nobody crowds out another claim.
 */
export const claimLimits = { count: 10, nameLength: 40, valueBytes: 200 } as const

const pattern = /^[a-zA-Z][\w.:/-]*$/

// What Plinth and the standards say in tokens: https://www.iana.org/assignments/jwt/jwt.xhtml
const reserved: ReadonlySet<string> = new Set(
  `iss sub aud exp nbf iat jti sid act may_act azp cnf nonce events typ alg kid auth_time acr amr at_hash c_hash s_hash
   client_id scope scopes scp role roles permissions entitlements admin verified constructor prototype`.split(/\s+/),
)

/** Checks the names of claims, and how many there are; their expressions are checked by `buildModel`. */
export function checkClaims(input: unknown): readonly Fault[] {
  const names = [...entriesOf(objectOf(input)['claims']).keys()]
  const faults = names.flatMap((name) => {
    const message = claimNameProblem(name)
    return message === null ? [] : [{ path: childPath('/claims', name), code: 'invalidName', message }]
  })
  if (names.length <= claimLimits.count) return faults
  const message = `A token has ${claimLimits.count} claims of a schema at most; this one has ${names.length}.`
  return [...faults, { path: '/claims', code: 'tooMany', message }]
}

function claimNameProblem(name: string): string | null {
  if (name.length > claimLimits.nameLength || !pattern.test(name))
    return `A claim is named in letters, digits and . : / _ -, starting with a letter, ${claimLimits.nameLength} characters at most.`
  if (!reserved.has(name.toLowerCase())) return null
  return `"${name.slice(0, 80)}" is Plinth's own, or means something else in tokens: choose another name, such as "app_${name.slice(0, 30)}".`
}
