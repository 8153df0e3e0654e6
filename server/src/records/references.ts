import { errors } from '@plinth/schema'

/** What named operations of a batch answered. */
export interface Results {
  readonly byName: Map<string, unknown>
  /** How many characters of them were put into later operations so far. */
  referred: number
}

/** A reference to what holds two references doubles it: 40 operations of a few bytes each would ask for a terabyte. */
const maxReferred = 4 * 1024 * 1024
/** As deep as a body may be. */
const maxDepth = 32

/**
 * Puts values of earlier results in the place of `{"$ref": "order.id"}`.
 *
 * @throws Problem invalidBody where a reference names nothing or leads too deep; bodyTooLarge
 */
export function resolveReferences(value: unknown, results: Results, path: string): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolveReferences(item, results, `${path}/${i}`))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (first?.[0] === '$ref' && entries.length === 1) return lookUp(first[1], results, path)
  return Object.fromEntries(
    entries.map(([name, member]) => [name, resolveReferences(member, results, `${path}/${name}`)]),
  )
}

function lookUp(reference: unknown, results: Results, path: string): unknown {
  if (typeof reference !== 'string') throw unknown(path, 'A reference is text, as in {"$ref": "order.id"}.')
  const [name = '', ...names] = reference.split('.')
  if (!results.byName.has(name))
    throw unknown(path, `No earlier operation is named "${name.slice(0, 100)}". Name one with "as".`)
  let found = results.byName.get(name)
  for (const member of names) {
    // Own members only: a reference must not reach into a prototype.
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, member)
        ? Reflect.get(found, member)
        : undefined
  }
  if (found === undefined) throw unknown(path, `The result named "${name}" has no "${names.join('.').slice(0, 100)}".`)
  weigh(found, results, path)
  return found
}

function weigh(found: unknown, results: Results, path: string): void {
  if (path.split('/').length + depthOf(found) > maxDepth) {
    throw errors.invalidBody({
      errors: [{ path, code: 'tooDeep', message: `It is nested more than ${maxDepth} levels deep.` }],
    })
  }
  results.referred += JSON.stringify(found).length
  if (results.referred > maxReferred) throw errors.bodyTooLarge({ limit: maxReferred })
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((deepest, member) => Math.max(deepest, depthOf(member)), 0)
    : 0

const unknown = (path: string, message: string) =>
  errors.invalidBody({ errors: [{ path, code: 'unknownReference', message }] })
