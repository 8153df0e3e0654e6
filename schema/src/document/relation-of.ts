import type { FieldType } from '../fields/field-type.ts'
import type { RelationModel } from '../model/model.ts'
import type { Field } from './schema-document.ts'

/** What a field says about the collection it links to; null where it links to none. */
export function relationOf(field: Field, type: FieldType): RelationModel | null {
  const value = type.valueType(field)
  if (value.kind !== 'record' && value.kind !== 'records') return null
  const { inverse, onDelete } = field
  return {
    to: value.collection,
    many: value.kind === 'records',
    inverse: typeof inverse === 'string' ? inverse : null,
    // Refusing is the default, since it is the only way that loses nothing.
    onDelete: onDelete === 'cascade' || onDelete === 'setNull' ? onDelete : 'restrict',
  }
}
