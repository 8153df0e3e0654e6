import type { CollectionModel, Expression, FieldModel, Model } from '@plinth/schema'
import type { Knex } from 'knex'

/** Turns the expression of a computed field into SQL for a generated column. */
export type CompileComputed = (model: Model, collection: CollectionModel, expression: Expression) => string

/** What the statements of a plan are derived from. */
export interface Design {
  readonly from: Model
  readonly to: Model
  /** Only writes statements here; it runs none. */
  readonly knex: Knex
  readonly compileComputed: CompileComputed
}

/** A field of the new schema with its collection. */
export interface FieldOf {
  readonly collection: CollectionModel
  readonly field: FieldModel
}
