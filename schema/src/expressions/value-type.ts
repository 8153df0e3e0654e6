/**
 * The types of values in expressions. `record` and `records` are relations: one record (its value is the id) or many.
 * `id` is a uuid that is not a relation. `number` kinds: `integer` and `decimal` compare exactly, `float` as IEEE double.
 */
export type ValueType =
  | { readonly kind: 'text' | 'integer' | 'decimal' | 'float' | 'boolean' | 'date' | 'datetime' | 'duration' }
  | { readonly kind: 'id' | 'json' | 'geopoint' | 'null' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'list'; readonly of: ValueType }
  | { readonly kind: 'record' | 'records'; readonly collection: string }
