import {
  checkSchema,
  childrenOf,
  type CollectionModel,
  type Expression,
  type FieldModel,
  type Model,
  type SchemaDocument,
} from '@plinth/schema'
import type { Finding } from './finding.ts'
import { mendCommand } from './mend-command.ts'

/** Fields by which records are looked for, but that no index leads to. */
export const checkIndexes = ({ document, collections }: Model): readonly Finding[] =>
  [...collections.values()].filter(({ kind }) => kind === 'table').flatMap((each) => checkCollection(document, each))

function checkCollection(document: SchemaDocument, collection: CollectionModel): readonly Finding[] {
  const wanted = new Map([...byFilters(collection), ...byRules(collection)])
  const missing = [...wanted].filter(([name]) => !isIndexed(collection, name))
  const faultOf = new Map(missing.map(([field]) => [field, indexFault(document, collection, field)]))
  // One command mends all that can be mended.
  const added = missing.filter(([field]) => faultOf.get(field) === null).map(([field]) => ({ fields: [field] }))
  const mend = mendCommand(`collections.${collection.name}.indexes`, [...collection.indexes, ...added])
  return missing.map(([field, reason]) => {
    const fault = faultOf.get(field) ?? null
    const message = `${reason}, but no index of "${collection.name}" starts with "${field}".`
    return {
      level: 'advice',
      code: 'missingIndex',
      message: fault === null ? message : `${message} ${fault}`,
      mend: fault === null ? mend : null,
    }
  })
}

/** Why there cannot be an index of a field, such as that its texts may be too long; null where there can. */
function indexFault(document: SchemaDocument, { name, declared }: CollectionModel, field: string): string | null {
  const collection = { ...(document.collections[name] ?? { ...declared, fields: {} }), indexes: [{ fields: [field] }] }
  const { faults } = checkSchema({ ...document, collections: { ...document.collections, [name]: collection } })
  return faults?.[0]?.message ?? null
}

/** The fields that rules compare: each list of such a reader goes through them. */
const byRules = ({ name, permissions }: CollectionModel): readonly (readonly [string, string])[] =>
  [...permissions].flatMap(([role, { read }]) =>
    typeof read !== 'object'
      ? []
      : [...comparedFields(read)].map(
          (field) => [field, `What "${role}" may read of "${name}" is found by "${field}"`] as const,
        ),
  )

/** Fields that are there to find a record by. */
const byFilters = ({ fields }: CollectionModel): readonly (readonly [string, string])[] =>
  [...fields.values()]
    .filter(({ declared, builtIn }) => !builtIn && ['slug', 'email', 'select'].includes(declared.type))
    .map(({ name, declared }) => [name, `Records are usually filtered by a field such as "${name}" (${declared.type})`])

/** Fields of the record itself that are compared in a way in which an index helps. */
function comparedFields(rule: Expression): ReadonlySet<string> {
  switch (rule.kind) {
    case 'compare':
      return new Set([...ownField(rule.left), ...ownField(rule.right)])
    case 'in':
      return new Set(ownField(rule.left))
    case 'startsWith':
      return new Set(ownField(rule.of))
    // What is negated is found by what it is not; conditions on other records are another collection's matter.
    case 'not':
    case 'quantifier':
      return new Set()
    default:
      return new Set(childrenOf(rule).flatMap((child) => [...comparedFields(child)]))
  }
}

const ownField = (side: Expression): readonly string[] =>
  side.kind === 'path' && side.root === 'record' && side.hops.length === 0 ? [side.field] : []

function isIndexed({ indexes, fields }: CollectionModel, name: string): boolean {
  const field = fields.get(name)
  return (
    field === undefined || hasOwnIndex(field) || indexes.some((index) => index.fields[0]?.replace(/^-/, '') === name)
  )
}

/** The server makes one for each of these; and one of two values leads nowhere. */
const hasOwnIndex = ({ name, declared, relation, column }: FieldModel): boolean =>
  name === 'id' || declared.unique === true || relation !== null || column === null || column.sqlType === 'boolean'
