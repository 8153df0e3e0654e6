import { errors, type Expression, type Hop, suggestion, type ValueType } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { callerScope, visibleNames } from './caller-scope.ts'
import { compilePath } from './compile-path.ts'
import type { Compiler } from './compiler.ts'
import type { Sql } from './run.ts'

/** A field of the record at hand, or of a record some relations to one away, that exists for the caller. */
export interface CallerPath {
  readonly hops: readonly Hop[]
  readonly field: string
  readonly type: ValueType
}

const maxHops = 4

/**
 * Follows a dotted path such as `author.team.name` through what the caller may see.
 *
 * @param parameter the query parameter that it is part of, for the error
 * @throws Problem invalidParameter
 */
export function resolveCallerPath(access: Access, collection: string, parameter: string, text: string): CallerPath {
  const invalid = (reason: string) => errors.invalidParameter({ name: parameter, reason })
  const scope = callerScope(access, collection)
  const names = text.split('.')
  const hops: Hop[] = []
  let at = collection
  for (const [i, name] of names.entries()) {
    const type = scope.lookup(at, name)?.type
    if (!type)
      throw invalid(`"${at}" has no field "${name.slice(0, 80)}".${suggestion(name, visibleNames(access, at))}`)
    if (i === names.length - 1) return { hops, field: name, type }
    if (type.kind !== 'record') throw invalid(`"${name}" of "${at}" does not lead to one record.`)
    if (hops.length === maxHops)
      throw invalid(`"${name}" of "${at}" leads too far: at most ${maxHops} relations in a row.`)
    hops.push({ collection: at, field: name, to: type.collection })
    at = type.collection
  }
  throw invalid('a name is missing.')
}

/** The SQL value at the end of a path; null where a relation on the way leads to nothing. */
export function compileCallerPath({ hops, field, type }: CallerPath, compiler: Compiler): Sql {
  const path: Extract<Expression, { kind: 'path' }> = {
    kind: 'path',
    root: 'record',
    hops,
    field,
    type,
    start: 0,
    end: 0,
  }
  return compilePath(path, compiler)
}
