import { type CollectionModel, errors, type Fault, Problem } from '@plinth/schema'
import type { Access, WriteAction } from '../access/access.ts'

interface DatabaseFault {
  readonly code: string
  readonly detail?: string
  readonly constraint?: string
  readonly column?: string
  readonly table?: string
}

/** The write that PostgreSQL refused, and for whom. */
export interface RefusedWrite {
  readonly access: Access
  readonly collection: CollectionModel
  readonly action: WriteAction
}

/**
 * What PostgreSQL's refusal of a write means to the caller. Details that name other records, or fields that do not exist
 * for the caller, stay with us. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function writeProblem(error: unknown, write: RefusedWrite): unknown {
  if (error instanceof Problem || !isDatabaseFault(error)) return error
  const name = write.collection.name
  // A delete writes no values of its own: what stands in its way are other records.
  if (write.action === 'delete' && error.code.startsWith('23'))
    return errors.stillReferenced({ collection: name }, { cause: error })
  switch (error.code) {
    case '23505':
      return errors.notUnique({ collection: name, fields: uniqueFields(error, write) }, { cause: error })
    case '23503':
      return invalid(error, faultOf(error, write, 'recordNotFound', 'There is no such record, or you may not see it.'))
    case '23514':
      return invalid(error, faultOf(error, write, 'outOfRange', 'Is outside of what the field accepts.'))
    case '23502':
      return invalid(error, { path: pathOf(error.column, write), code: 'required', message: 'Is required.' })
    case '428C9':
      return invalid(error, { path: '', code: 'readOnly', message: 'A calculated field cannot be written.' })
    default:
      // Class 22: a value that PostgreSQL cannot read or hold, such as a sum that is too large.
      return error.code.startsWith('22') || error.code === '54000'
        ? invalid(error, { path: '', code: 'outOfRange', message: 'A value is too large, or not of its type.' })
        : error
  }
}

const isDatabaseFault = (error: unknown): error is Error & DatabaseFault =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)

const invalid = (cause: Error, fault: Fault): Problem => errors.invalidBody({ cause, errors: [fault] })

/** `Key (author, lower(email))=(…)`: only the names between the first brackets are used, never the values. */
function namesIn({ detail }: DatabaseFault): readonly string[] {
  const key = /^[^(]*\((.*?)\)=\(/.exec(detail ?? '')?.[1] ?? ''
  return [...key.matchAll(/[a-z][a-z0-9_]*/g)].map(([name]) => name)
}

function uniqueFields(error: DatabaseFault, write: RefusedWrite): string {
  const names = namesIn(error).filter((name) => write.collection.fields.has(name))
  // If some of them do not exist for the caller, the others alone would be wrong.
  if (names.length === 0 || !names.every((name) => existsFor(write, name))) return 'values'
  return names.map((name) => `"${name}"`).join(', ')
}

/** The field that a constraint is about. Each is named after it, `posts.title:check1`, or is on its join table, `posts.tags`. */
function faultOf(error: DatabaseFault, write: RefusedWrite, code: string, message: string): Fault {
  const [collection, field] =
    (error.table === write.collection.name ? error.constraint : error.table)?.split(/[.:]/) ?? []
  return { path: collection === write.collection.name ? pathOf(field, write) : '', code, message }
}

const pathOf = (field: string | undefined, write: RefusedWrite): string =>
  field !== undefined && existsFor(write, field) ? `/${field}` : ''

/** Whether the caller may know the field: by reading it, or by writing it. */
function existsFor({ access, collection, action }: RefusedWrite, field: string): boolean {
  const permitted = access.collection(collection.name)
  return (
    permitted?.visible.has(field) === true ||
    permitted?.grants(action).some((grant) => grant.writable.has(field)) === true
  )
}
