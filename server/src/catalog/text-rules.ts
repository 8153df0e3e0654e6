import type { FieldModel } from '@plinth/schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** What only a validator can tell about a text: its pattern and its format. */
export interface TextRules {
  /** The same for fields with the same rules. */
  readonly key: string
  accepts(value: unknown): boolean
}

/** Null where the column's own checks say all there is to say. */
export function textRules({ column, declared, fieldType }: FieldModel): TextRules | null {
  if (column?.sqlType !== 'text') return null
  const { type: _, ...options } = declared
  const { pattern, format } = fieldType.value(options)
  if (pattern === undefined && format === undefined) return null
  const rules = { ...(pattern !== undefined && { pattern }), ...(format !== undefined && { format }) }
  return { key: JSON.stringify(rules), accepts: acceptsOf(rules) }
}

function acceptsOf(rules: object): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  const validate = ajv.compile({ type: 'string', ...rules })
  return (value) => validate(value) === true
}
