import { type CollectionModel, errors, type FieldModel, suggestion } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import { findCollection } from '../operation.ts'
import { grantsOf } from '../parse-record.ts'
import { type ColumnMap, type Columns, columnsOf } from './columns.ts'
import type { TransferFormat } from './formats.ts'

export const conflictModes = ['fail', 'skip', 'update'] as const
/** What becomes of a row whose record is there already. */
export type ConflictMode = (typeof conflictModes)[number]

export interface ImportOptions {
  readonly format: TransferFormat
  readonly onConflict: ConflictMode
  /** By which field a record is known to be there already; null where the caller does not say. */
  readonly key: string | null
  readonly map: ColumnMap
  /** Does everything, and undoes it. */
  readonly dryRun: boolean
  /** Bytes that one row may have. */
  readonly maxRow: number
}

export interface ImportPlan {
  readonly access: Access
  readonly collection: CollectionModel
  readonly columns: Columns
  readonly mode: ConflictMode
  /** Null where every row is a new record. */
  readonly key: FieldModel | null
}

/** @throws Problem collectionNotFound, forbidden, readOnlyCollection, invalidParameter */
export function planImport(access: Access, name: string, { onConflict, key, map }: ImportOptions): ImportPlan {
  const collection = findCollection(access, name)
  const permitted = access.collection(name)
  const mayUpdate = permitted !== undefined && permitted.grants('update').length > 0
  if (onConflict !== 'update' || !mayUpdate) grantsOf(access, collection, 'create')
  if (permitted === undefined) throw errors.collectionNotFound({ collection: name })
  return {
    access,
    collection,
    columns: columnsOf(permitted, map),
    mode: onConflict,
    key: onConflict === 'fail' ? noKey(key) : keyField(access, collection, key ?? 'id'),
  }
}

function noKey(key: string | null): null {
  if (key === null) return null
  throw errors.invalidParameter({ name: 'key', reason: 'is for onConflict=skip and onConflict=update.' })
}

/** What the caller may not see tells nothing, so it cannot be a key. */
function keyField(access: Access, collection: CollectionModel, name: string): FieldModel {
  const permitted = access.collection(collection.name)
  const visible = permitted && permitted.read !== false ? permitted.visible : new Map<string, unknown>()
  const keys = [...collection.fields.values()].filter(
    (field) => visible.get(field.name) === true && field.column !== null && isUnique(collection, field),
  )
  const field = keys.find((each) => each.name === name)
  if (field) return field
  const names = keys.map((each) => each.name)
  throw errors.invalidParameter({
    name: 'key',
    reason: `"${collection.name}" has no unique field "${name.slice(0, 100)}" that you may see.${suggestion(name, names)}`,
  })
}

const isUnique = ({ indexes }: CollectionModel, { name, declared }: FieldModel): boolean =>
  name === 'id' ||
  declared.unique === true ||
  indexes.some(({ unique, fields }) => unique === true && fields.length === 1 && fields[0]?.replace('-', '') === name)
