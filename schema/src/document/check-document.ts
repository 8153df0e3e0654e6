import type { Fault } from '../errors/problem.ts'
import { checkChannels } from './check-channels.ts'
import { checkClaims } from './check-claims.ts'
import { checkCollection } from './check-collection.ts'
import { checkIndexes } from './check-indexes.ts'
import { checkJson } from './check-json.ts'
import { checkPermissions } from './check-permissions.ts'
import { checkRelations } from './check-relations.ts'
import { checkRoles } from './check-roles.ts'
import { documentSchema } from './document-schema.ts'
import { type Outline, outlineOf } from './outline.ts'
import type { Collection, SchemaDocument } from './schema-document.ts'

const mostCollections = 500
const mostRoles = 200
const mostChannels = 100
// Whoever sends hundreds of faults sent something else than a schema.
const mostFaults = 200

/**
 * Checks a document that anyone may have written: its shape, its names and what they refer to. Finds every fault at once.
 * Expressions are checked by `buildModel`, which knows the types.
 *
 * @example
 * checkDocument({ collections: { posts: { fields: { title: { type: 'txt' } } } } })
 * // { faults: [{ path: '/collections/posts/fields/title/type', code: 'unknownType', message: '… Did you mean "text"?' }] }
 */
export function checkDocument(
  input: unknown,
):
  | { readonly document: SchemaDocument; readonly faults?: never }
  | { readonly document?: never; readonly faults: readonly Fault[] } {
  const outline = outlineOf(input)
  const collections = [...outline.collections.values()]
  const faults = [
    ...checkJson(documentSchema, input, ''),
    ...checkSize(outline),
    ...checkRoles(outline),
    ...checkClaims(input),
    ...collections.flatMap(checkCollection),
    ...checkRelations(outline),
    ...collections.flatMap(checkIndexes),
    ...collections.flatMap((collection) => checkPermissions(collection, outline)),
    ...checkChannels(outline),
  ]
  // Without faults it has the shape of `documentSchema`.
  return faults.length > 0 ? { faults: faults.slice(0, mostFaults) } : { document: complete(input as Written) }
}

function checkSize({ roles, collections, channels }: Outline): readonly Fault[] {
  const faults: Fault[] = []
  if (collections.size > mostCollections) {
    const message = `A schema has ${mostCollections} collections at most; this one has ${collections.size}.`
    faults.push({ path: '/collections', code: 'tooMany', message })
  }
  if (roles.size > mostRoles) {
    const message = `A schema has ${mostRoles} roles at most; this one has ${roles.size}.`
    faults.push({ path: '/roles', code: 'tooMany', message })
  }
  if (channels.size > mostChannels) {
    const message = `A schema has ${mostChannels} patterns of channels at most; this one has ${channels.size}.`
    faults.push({ path: '/channels', code: 'tooMany', message })
  }
  return faults
}

/** A document in which what goes without saying may have been left out. */
interface Written extends Partial<Omit<SchemaDocument, 'collections'>> {
  readonly collections?: Readonly<Record<string, Partial<Collection>>>
}

const complete = ({ version = 0, roles = {}, collections = {}, channels, claims }: Written): SchemaDocument => ({
  version,
  roles,
  collections: Object.fromEntries(
    Object.entries(collections).map(([name, collection]) => [name, { kind: 'table', fields: {}, ...collection }]),
  ),
  ...(channels !== undefined && { channels }),
  ...(claims !== undefined && { claims }),
})
