import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import { childPath } from './json-pointer.ts'
import { type CollectionOutline, type FieldOutline, objectOf, textsOf } from './outline.ts'

// An entry of a PostgreSQL btree holds 2,704 bytes with its header; beyond, the write of a record would fail.
const mostBytes = 2_600

/** Checks the fields that indexes name, those of `unique` fields included. */
export function checkIndexes(collection: CollectionOutline): readonly Fault[] {
  if (collection.kind === 'view') return []
  const { indexes } = collection.declared
  const seen = new Set<string>()
  const declared = Array.isArray(indexes) ? indexes.map(objectOf) : []
  return [
    ...checkUniqueFields(collection),
    ...declared.flatMap((index, i) => {
      const path = `${collection.path}/indexes/${i}`
      const key = JSON.stringify([index.fields, index.unique === true])
      if (seen.has(key)) return [{ path, code: 'duplicate', message: 'The same index stands here twice.' }]
      seen.add(key)
      return checkIndexFields(index.fields, `${path}/fields`, collection)
    }),
  ]
}

const checkUniqueFields = ({ fields }: CollectionOutline): readonly Fault[] =>
  [...fields.values()].flatMap((field) =>
    field.sound?.declared.unique === true && !field.builtIn ? checkBytes([field], `${field.path}/unique`) : [],
  )

function checkIndexFields(names: unknown, path: string, { name, fields }: CollectionOutline): readonly Fault[] {
  const faults: Fault[] = []
  const found: FieldOutline[] = []
  for (const [i, text] of textsOf(names)) {
    const fieldName = text.replace(/^-/, '')
    const field = fields.get(fieldName)
    const at = childPath(path, i)
    if (field === undefined) {
      const message = `"${name}" has no field "${fieldName.slice(0, 80)}".${suggestion(fieldName, fields.keys())}`
      faults.push({ path: at, code: 'unknownField', message })
    } else if (found.includes(field)) {
      faults.push({ path: at, code: 'duplicate', message: `"${fieldName}" is in this index already.` })
    } else if (field.sound?.column === null) {
      faults.push({
        path: at,
        code: 'notIndexable',
        message: `"${fieldName}" links to many records, and has an index already.`,
      })
    } else found.push(field)
  }
  return faults.length > 0 ? faults : checkBytes(found, path)
}

function checkBytes(fields: readonly FieldOutline[], path: string): readonly Fault[] {
  const sizes = fields.map((field) => field.sound?.column?.longest ?? 0)
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
  if (total <= mostBytes) return []
  const names = fields.map(({ name }) => `"${name}"`).join(' and ')
  const message = Number.isFinite(total)
    ? `${names} may be too long for an index: set maxLength to ${Math.floor(mostBytes / 4)} characters or less in all.`
    : `${names} may be too long for an index.`
  return [{ path, code: 'notIndexable', message }]
}
