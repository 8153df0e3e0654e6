/**
 * The slice of JSON Schema 2020-12 that Plinth speaks, with the TypeScript type it describes. One description is
 * validated with (ajv), published (OpenAPI) and inferred from (`Infer`), so a shape is written down once.
 */
export interface JsonSchema<T = unknown> {
  readonly [keyword: string]: unknown
  /** Never set at run time; carries the type. */
  readonly __type?: T
}

/** The TypeScript type a JSON Schema describes. */
export type Infer<S> = S extends JsonSchema<infer T> ? T : never

type Keywords = Readonly<Record<string, unknown>>
type Shape = Readonly<Record<string, JsonSchema>>
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends Infer<S[K]> ? K : never }[keyof S]
type ObjectOf<S extends Shape> = { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[K]> } & {
  readonly [K in OptionalKeys<S>]?: Exclude<Infer<S[K]>, undefined>
}

const optionals = new WeakSet<JsonSchema>()

export const string = (keywords: Keywords = {}): JsonSchema<string> => ({ type: 'string', ...keywords })
export const number = (keywords: Keywords = {}): JsonSchema<number> => ({ type: 'number', ...keywords })
export const integer = (keywords: Keywords = {}): JsonSchema<number> => ({ type: 'integer', ...keywords })
export const boolean = (keywords: Keywords = {}): JsonSchema<boolean> => ({ type: 'boolean', ...keywords })
export const any = (keywords: Keywords = {}): JsonSchema<unknown> => ({ ...keywords })
export const array = <T>(items: JsonSchema<T>, keywords: Keywords = {}): JsonSchema<readonly T[]> => ({
  type: 'array',
  items,
  ...keywords,
})
export const oneOf = <const T extends string>(values: readonly T[], keywords: Keywords = {}): JsonSchema<T> => ({
  type: 'string',
  enum: values,
  ...keywords,
})

/** Marks a property of `object` as one that may be left out. */
export function optional<T>(schema: JsonSchema<T>): JsonSchema<T | undefined> {
  const copy = { ...schema }
  optionals.add(copy)
  return copy
}

/** An object with exactly these properties; all are required but those made with `optional`. */
export function object<S extends Shape>(properties: S, keywords: Keywords = {}): JsonSchema<ObjectOf<S>> {
  const required = Object.entries(properties).flatMap(([name, schema]) => (optionals.has(schema) ? [] : [name]))
  return { type: 'object', properties, required, additionalProperties: false, ...keywords }
}
