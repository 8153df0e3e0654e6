import { checkDocument } from '../document/check-document.ts'
import { type Fault, Problem } from '../errors/problem.ts'
import { buildModel } from './build-model.ts'
import type { Model } from './model.ts'

/**
 * Checks what anyone may have written as a schema, rules included, and makes it ready for use.
 *
 * @example checkSchema({ collections: { posts: { fields: { title: { type: 'txt' } } } } }).faults?.[0]?.code // 'unknownType'
 */
export function checkSchema(
  input: unknown,
): { readonly model: Model; readonly faults?: never } | { readonly model?: never; readonly faults: readonly Fault[] } {
  const { document, faults } = checkDocument(input)
  if (document === undefined) return { faults }
  try {
    return { model: buildModel(document) }
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalidSchema') return { faults: error.errors }
    throw error
  }
}
