import type { Span } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import type { Context } from './context.ts'

const names: Readonly<Record<ValueType['kind'], string>> = {
  text: 'text',
  choice: 'a choice',
  integer: 'a whole number',
  decimal: 'a decimal number',
  float: 'a floating-point number',
  boolean: 'true or false',
  date: 'a date',
  datetime: 'a date and time',
  duration: 'a duration',
  id: 'an id',
  json: 'JSON',
  geopoint: 'a place',
  null: 'null',
  list: 'a list',
  record: 'a record',
  records: 'many records',
}

/** A type in words, for errors. */
export function describeType(type: ValueType): string {
  const name = names[type.kind]
  return type.kind === 'record' || type.kind === 'records' ? `${name} of ${type.collection}` : name
}

/** A piece of the expression as it was written, cut where it is long. */
export function quote({ text }: Context, span: Span): string {
  const written = text.slice(span.start, span.end)
  return written.length > 60 ? `\`${[...written].slice(0, 50).join('')}…\`` : `\`${written}\``
}

/** `status` (text). */
export const quoteTyped = (context: Context, piece: Span & { readonly type: ValueType }): string =>
  `${quote(context, piece)} (${describeType(piece.type)})`

/** The choices of a field, for errors; a long list is cut. */
export function listOptions(options: readonly string[]): string {
  const shown = options.slice(0, 10).map((option) => `'${option}'`)
  return options.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
