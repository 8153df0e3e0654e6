import type { SchemaDocument } from '../document/schema-document.ts'
import { tidySchema } from './tidy-schema.ts'
import { type PrintStyle, printValue, usualStyle } from './print-value.ts'

/**
 * A schema document as a TypeScript file that `defineSchema` reads back: the same text for the same document.
 *
 * @example
 * printSchema({ version: 1, roles: {}, collections: { tags: { kind: 'table', fields: { name: { type: 'text' } } } } })
 * // import { defineSchema } from '@plinth/schema'
 * //
 * // export default defineSchema({
 * //   collections: {
 * //     tags: {
 * //       fields: {
 * //         name: { type: 'text' },
 * //       },
 * //     },
 * //   },
 * // })
 */
export function printSchema(document: SchemaDocument, style: PrintStyle = usualStyle): string {
  const value = printValue(tidySchema(document), style, { opened: isOpened })
  const { quote } = style
  return `import { defineSchema } from ${quote}@plinth/schema${quote}\n\nexport default defineSchema(${value})\n`
}

/** Whether a part of a schema has a line for each member, so that a change of one is a change of one line. */
export function isOpened(path: readonly string[]): boolean {
  const [top, , part] = path
  if (path.length < 2) return true
  return top === 'collections' && (path.length === 2 || (path.length === 3 && part !== 'indexes'))
}
