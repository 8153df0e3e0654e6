import type { FieldShape } from './schema-shape.ts'

/** The TypeScript type of a value on the wire, by the type of its field. A test holds it against the field types' own words. */
interface ValuesByType<F> {
  text: string
  richtext: string
  email: string
  url: string
  slug: string
  integer: number
  decimal: string
  float: number
  boolean: boolean
  date: string
  datetime: string
  select: OptionOf<F>
  multiselect: OptionOf<F>[]
  json: unknown
  uuid: string
  relation: F extends { readonly many: true } ? string[] : string
  geopoint: { lat: number; lon: number }
  autonumber: number
  computed: F extends { readonly result: infer Result extends keyof ComputedValues } ? ComputedValues[Result] : unknown
}

interface ComputedValues {
  text: string
  integer: number
  decimal: string
  float: number
  boolean: boolean
  date: string
  datetime: string
}

export type OptionOf<F> = F extends { readonly options: readonly (infer Option extends string)[] } ? Option : string

/** A value of a field, without null. */
export type FieldValue<F extends FieldShape> = F['type'] extends keyof ValuesByType<F>
  ? ValuesByType<F>[F['type']]
  : unknown

/** A value as it is read: null only where it can be. */
export type ReadValue<F extends FieldShape> = F extends
  | { readonly required: true }
  | { readonly many: true }
  | { readonly type: 'autonumber' }
  ? FieldValue<F>
  : FieldValue<F> | null
