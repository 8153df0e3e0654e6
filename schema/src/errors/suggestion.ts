import { suggest } from '../expressions/check/suggest.ts'

/**
 * The end of a sentence about an unknown name: what was most likely meant, or nothing.
 *
 * @example `There is no field "stauts".${suggestion('stauts', ['status'])}` // … Did you mean "status"?
 */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const meant = suggest(name, [...candidates])
  return meant === undefined ? '' : ` Did you mean "${meant}"?`
}
