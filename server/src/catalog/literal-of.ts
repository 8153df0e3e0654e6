import { quoteLiteral } from '../database/sql.ts'

/** A value as it travels in JSON, as an SQL literal of a column's type. */
export function literalOf(value: unknown, sqlType: string): string {
  if (Array.isArray(value) && sqlType.endsWith('[]'))
    return `array[${value.map((each) => quoteLiteral(String(each))).join(', ')}]::${sqlType}`
  const isText = typeof value === 'string' && sqlType !== 'jsonb'
  return `${quoteLiteral(isText ? value : JSON.stringify(value))}::${sqlType}`
}
