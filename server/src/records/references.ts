import { errors } from '@plinth/schema'

/** What named operations of a batch answered, by name. */
export type Results = Map<string, unknown>

/**
 * Puts values of earlier results in the place of `{"$ref": "order.id"}`.
 *
 * @throws Problem invalidBody where a reference names nothing
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
  if (!results.has(name))
    throw unknown(path, `No earlier operation is named "${name.slice(0, 100)}". Name one with "as".`)
  let found = results.get(name)
  for (const member of names) {
    // Own members only: a reference must not reach into a prototype.
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, member)
        ? Reflect.get(found, member)
        : undefined
  }
  if (found === undefined) throw unknown(path, `The result named "${name}" has no "${names.join('.').slice(0, 100)}".`)
  return found
}

const unknown = (path: string, message: string) =>
  errors.invalidBody({ errors: [{ path, code: 'unknownReference', message }] })
