import {
  buildModel,
  checkDocument,
  checkRenames,
  errors,
  type Fault,
  type Model,
  Problem,
  type Rename,
} from '@plinth/schema'

/** What a caller asks for, before anything of it is known to be right. */
export interface PlanRequest {
  readonly to: Model
  readonly base: number
  readonly renames: readonly Rename[]
}

export interface ApplyRequest extends PlanRequest {
  /** The ids of the destructive steps that the caller knows of. */
  readonly accept: readonly string[]
}

type Body = Readonly<Record<string, unknown>>

const planMembers = ['schema', 'base', 'renames']

export const parsePlanRequest = (input: unknown): PlanRequest => parseBody(input, planMembers)

export function parseApplyRequest(input: unknown): ApplyRequest {
  const request = parseBody(input, [...planMembers, 'accept'])
  return { ...request, accept: stringsOf(bodyOf(input)) }
}

/** Renames depend on the schema in force, so they are checked against it later. */
export function refuseFaultyRenames(from: Model, { to, renames }: PlanRequest): void {
  const faults = checkRenames(from, to, renames)
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
}

function parseBody(input: unknown, members: readonly string[]): PlanRequest {
  const body = bodyOf(input)
  const faults = [
    ...Object.keys(body).flatMap((name) =>
      members.includes(name) ? [] : [fault(`/${name}`, 'unknownMember', `There is no "${name}" here.`)],
    ),
    ...renameFaults(body['renames']),
  ]
  const { base } = body
  const isBase = typeof base === 'number' && Number.isInteger(base) && base >= 0
  if (!isBase)
    faults.push(
      fault('/base', 'wrongType', 'Say as a number which version the change starts from: see GET /api/schema.'),
    )
  if (!('schema' in body)) faults.push(fault('/schema', 'missing', 'Send the whole wanted schema.'))
  if (!isBase || faults.length > 0) throw errors.invalidBody({ errors: faults })
  return { to: modelOf(body['schema'], base + 1), base, renames: renamesOf(body['renames']) }
}

function bodyOf(input: unknown): Body {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  if (!isObject) throw errors.invalidBody({ errors: [fault('', 'wrongType', 'Send an object.')] })
  return { ...input }
}

/** The server counts versions, whatever the document says. */
function modelOf(input: unknown, version: number): Model {
  const { document, faults } = checkDocument(input)
  if (document === undefined) throw invalidSchema(faults)
  try {
    return buildModel({ ...document, version })
  } catch (error) {
    throw error instanceof Problem && error.code === 'invalidSchema' ? invalidSchema(error.errors) : error
  }
}

/** Faults are found in the document, but the caller sent a body with the document in it. */
const invalidSchema = (faults: readonly Fault[]): Problem =>
  errors.invalidSchema({ errors: faults.map((each) => ({ ...each, path: `/schema${each.path}` })) })

const isRename = (value: unknown): value is Rename =>
  typeof value === 'object' &&
  value !== null &&
  'from' in value &&
  typeof value.from === 'string' &&
  'to' in value &&
  typeof value.to === 'string' &&
  (!('collection' in value) || typeof value.collection === 'string')

function renameFaults(value: unknown): Fault[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) return [fault('/renames', 'wrongType', 'Send a list of renames.')]
  const message = 'A rename has "from" and "to", and "collection" for a field.'
  return value.flatMap((each: unknown, i) => (isRename(each) ? [] : [fault(`/renames/${i}`, 'wrongType', message)]))
}

const renamesOf = (value: unknown): readonly Rename[] => (Array.isArray(value) ? value.filter(isRename) : [])

function stringsOf({ accept }: Body): readonly string[] {
  if (accept === undefined) return []
  const isList = Array.isArray(accept) && accept.every((each) => typeof each === 'string')
  if (isList) return accept
  throw errors.invalidBody({ errors: [fault('/accept', 'wrongType', 'Send a list of step ids.')] })
}

const fault = (path: string, code: string, message: string): Fault => ({ path, code, message })
