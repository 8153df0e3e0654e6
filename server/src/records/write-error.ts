import { type CollectionModel, errors, type Fault, Problem } from '@plinth/schema'

interface DatabaseFault {
  readonly code: string
  readonly detail?: string
  readonly constraint?: string
  readonly column?: string
}

/**
 * What PostgreSQL's refusal of a write means to the caller. Details that name other records stay with us.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function writeProblem(error: unknown, collection: CollectionModel): unknown {
  if (error instanceof Problem || !isDatabaseFault(error)) return error
  const name = collection.name
  switch (error.code) {
    case '23505':
      return errors.notUnique({ collection: name, fields: fieldsIn(error, collection) }, { cause: error })
    case '23503':
    case '23001':
      return foreignKeyProblem(error, collection)
    case '23514':
      return errors.invalidBody({
        cause: error,
        errors: [faultOf(error, collection, 'outOfRange', 'Is outside of what the field accepts.')],
      })
    case '23502':
      return errors.invalidBody({
        cause: error,
        errors: [{ path: `/${error.column ?? ''}`, code: 'required', message: 'Is required.' }],
      })
    case '428C9':
      return errors.invalidBody({
        cause: error,
        errors: [{ path: '', code: 'readOnly', message: 'A calculated field cannot be written.' }],
      })
    default:
      // Class 22: a value that PostgreSQL cannot read or hold, such as a sum that is too large.
      return error.code.startsWith('22') || error.code === '54000'
        ? errors.invalidBody({
            cause: error,
            errors: [{ path: '', code: 'outOfRange', message: 'A value is too large, or not of its type.' }],
          })
        : error
  }
}

const isDatabaseFault = (error: unknown): error is Error & DatabaseFault =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)

function foreignKeyProblem(error: Error & DatabaseFault, collection: CollectionModel): Problem {
  const referenced = error.detail?.includes('still referenced') === true || error.code === '23001'
  if (referenced) return errors.stillReferenced({ collection: collection.name }, { cause: error })
  return errors.invalidBody({
    cause: error,
    errors: [faultOf(error, collection, 'recordNotFound', 'There is no such record, or you may not see it.')],
  })
}

/** `Key (author, lower(email))=(…)`: only the names between the first brackets are used, never the values. */
function namesIn({ detail }: DatabaseFault, collection: CollectionModel): readonly string[] {
  const key = /^Key \((.*?)\)=\(/.exec(detail ?? '')?.[1] ?? ''
  return [...key.matchAll(/[a-z][a-z0-9_]*/g)].map(([name]) => name).filter((name) => collection.fields.has(name))
}

const fieldsIn = (error: DatabaseFault, collection: CollectionModel): string =>
  namesIn(error, collection)
    .map((name) => `"${name}"`)
    .join(', ') || 'values'

function faultOf(error: DatabaseFault, collection: CollectionModel, code: string, message: string): Fault {
  const fields = [...collection.fields.keys()].toSorted((a, b) => b.length - a.length)
  const field = namesIn(error, collection)[0] ?? fields.find((name) => error.constraint?.includes(name))
  return { path: field ? `/${field}` : '', code, message }
}
