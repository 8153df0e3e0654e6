import * as json from '../../json-schema.ts'
import { sqlLiteral } from './sql-literal.ts'

/** The option `options` of fields that are picked from a list. */
export const choices = json.array(json.string({ minLength: 1, maxLength: 200 }), {
  minItems: 1,
  maxItems: 500,
  uniqueItems: true,
  description: 'The choices, in the order in which people see them.',
})

/** The choices as an SQL array of texts. */
export const sqlChoices = (options: readonly string[]): string => `array[${options.map(sqlLiteral).join(', ')}]::text[]`

/** The choices as a TypeScript union. */
export const unionOf = (options: readonly string[]): string =>
  options.map((option) => JSON.stringify(option)).join(' | ')
