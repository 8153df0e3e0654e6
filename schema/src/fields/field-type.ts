import type { ValueType } from '../expressions/value-type.ts'
import type { Infer, JsonSchema } from '../json-schema.ts'

/** Options that mean the same for every field type that takes them; a field type lists those that make sense for it. */
export type CommonOption = 'required' | 'unique' | 'default' | 'description' | 'label' | 'hidden' | 'readonly'

/** How a field is stored: one PostgreSQL column. Fields without a column (a relation to many) live in a join table. */
export interface Column {
  /** The PostgreSQL type, for example `numeric(12,2)`. */
  readonly sqlType: string
  /** How PostgreSQL writes the value in JSON: by its own rules, or as text because JSON numbers would lose digits. */
  readonly wire: 'json' | 'text'
  /** Conditions that the table itself holds; `column` is already quoted. They must be false, never raise, on bad values. */
  checks(column: string): readonly string[]
  /**
   * SQL that makes this column's value from the text form of another type's value (used by type changes): null for a
   * text that does not fit, and it never raises. Default: a cast where `plinth.converts(text, sqlType)`.
   */
  fromText?(text: string): string
  /** SQL that gives the text form of this column's value for a type change. Default: `::text`. */
  toText?(column: string): string
  /** The expression a unique index is made on, where that is not the column itself (an e-mail address ignores case). */
  uniqueOn?(column: string): string
  /** PostgreSQL fills the value: an identity column, or one generated from an expression. */
  readonly filledBy?: 'identity' | 'expression'
  /** Text that people sort gets the collection's collation; technical text sorts by code point. */
  readonly sortedForPeople?: boolean
  /** The most bytes a value may take, where that can be too many for an index entry; a schema may not index it then. */
  readonly longest?: number
}

/**
 * Everything Plinth knows about one kind of field. A field type only *describes*: it never touches the database, the
 * network or the DOM. Validation, OpenAPI, tables, expressions, client types and forms are read from this description,
 * so a new field type is a new file in this folder and one line in `index.ts`.
 */
export interface FieldType<Options = object> {
  /** The plain name a non-developer reads, for example `Yes/no`. */
  readonly label: string
  /** One sentence on what it is for. */
  readonly summary: string
  readonly commonOptions: readonly CommonOption[]
  /** The options of this type beyond the common ones. */
  readonly options: JsonSchema<Options>
  /** A value on the wire, in both directions. `null` is added by whoever knows whether the field is required. */
  value(options: Options): JsonSchema
  /** What expressions see; it decides which operators and functions apply. */
  valueType(options: Options): ValueType
  column(options: Options): Column | null
  /** The TypeScript type of a value on the wire. */
  typescript(options: Options): string
  /** Problems that one option alone does not show, for example `min` above `max`: `[option, sentence]`. */
  problems?(options: Options): readonly (readonly [option: string, message: string])[]
  /** Proof that the description holds: the conformance test runs every entry against ajv and PostgreSQL. */
  readonly examples: readonly {
    readonly options: Options
    readonly valid: readonly unknown[]
    readonly invalid: readonly unknown[]
  }[]
}

/** Keeps the options' type while a field type is written down. */
export const defineFieldType = <Options>(
  type: Omit<FieldType<NoInfer<Options>>, 'options'> & { readonly options: JsonSchema<Options> },
): FieldType<Infer<JsonSchema<Options>>> => type
