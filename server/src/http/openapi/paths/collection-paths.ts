import type { Access, CollectionAccess } from '../../../access/access.ts'
import { aggregateParameters, filterParameter, selectParameter, sortParameter } from '../collection-parameters.ts'
import {
  answer,
  emptyAnswer,
  type Json,
  jsonBody,
  type Operation,
  type PathItem,
  ref,
  schemaRef,
  type Section,
} from '../document.ts'
import { collectionNames, type CollectionNames } from '../operation-names.ts'
import { problems } from '../problem-responses.ts'
import { recordSchemas, writeGrants } from '../record-schemas.ts'
import { exportMany, importMany, importSchemas } from './transfer-operations.ts'

/** What is written down of one collection, for one caller. */
interface Context {
  readonly access: Access
  readonly permitted: CollectionAccess
  readonly name: string
  readonly names: CollectionNames
  /** The schema of an answer with a record, whatever part of it the caller may see. */
  readonly record: Json
}

/** Everything this caller may do with one collection; null where that is nothing. */
export function collectionSection(access: Access, permitted: CollectionAccess): Section | null {
  const { name, declared } = permitted.collection
  const names = collectionNames(name)
  const context = { access, permitted, name, names, record: recordAnswer(permitted, names) }
  const paths = Object.entries(pathsOf(context)).filter(([, item]) =>
    Object.keys(item).some((key) => key !== 'parameters'),
  )
  if (paths.length === 0) return null
  const description = declared.description ?? `Records of "${declared.label ?? name}".`
  return {
    tag: { name, ...(declared.label !== undefined && { 'x-displayName': declared.label }), description },
    paths: Object.fromEntries(paths),
    schemas: { ...recordSchemas(access, permitted), ...importSchemas },
  }
}

/** Who writes a record that they may not read gets its id. */
function recordAnswer({ read }: CollectionAccess, { schema }: CollectionNames): Json {
  if (read === false) return schemaRef('RecordId')
  return read === true ? schemaRef(schema) : { anyOf: [schemaRef(schema), schemaRef('RecordId')] }
}

function pathsOf(context: Context): Readonly<Record<string, PathItem>> {
  const { permitted, name } = context
  const grants = writeGrants(permitted)
  const reads = permitted.read !== false
  const [create, update, replace, remove] = [grants.create, grants.update, grants.replace, grants.delete].map(
    (each) => each.length > 0,
  )
  return {
    [`/api/records/${name}`]: {
      ...(reads && { get: list(context) }),
      ...(create && { post: createOne(context) }),
      ...(update && { patch: updateMany(context) }),
      ...(remove && { delete: deleteMany(context) }),
    },
    [`/api/records/${name}/aggregate`]: { ...(reads && { get: aggregate(context) }) },
    [`/api/records/${name}/export`]: { ...(reads && { get: exportMany(context) }) },
    [`/api/records/${name}/import`]: { ...((create || update) && { post: importMany(context) }) },
    [`/api/records/${name}/{id}`]: {
      parameters: [idParameter],
      ...(reads && { get: getOne(context) }),
      ...(update && { patch: updateOne(context) }),
      ...(replace && { put: replaceOne(context) }),
      ...(remove && { delete: deleteOne(context) }),
    },
  }
}

const idParameter: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: "The record's id.",
  schema: { type: 'string', format: 'uuid' },
  example: '0198c0de-7a3b-7c4d-8e5f-0123456789ab',
}

const parameter = (name: string): Json => ref('parameters', name)
const etag = { ETag: ref('headers', 'ETag') }
const replayed = { 'Idempotency-Replayed': ref('headers', 'Idempotency-Replayed') }
const applied = { 'Preference-Applied': ref('headers', 'Preference-Applied') }
const location = { Location: ref('headers', 'Location') }
const revision = [parameter('If-Match'), parameter('ifRev')]
const write = [parameter('Idempotency-Key'), parameter('Prefer')]
const minimalAnswer = emptyAnswer('Done; you asked for no record.', { ...applied, ...replayed })

function list({ access, name, names }: Context): Operation {
  return {
    operationId: `list${names.many}`,
    tags: [name],
    summary: `List ${name}`,
    description: 'Those that you may see, a page at a time.',
    parameters: [
      filterParameter(access, name),
      sortParameter(access, name),
      selectParameter(access, name),
      ...['limit', 'after', 'page', 'count'].map(parameter),
    ],
    responses: {
      200: answer('A page of records.', schemaRef(`${names.schema}List`)),
      ...problems(400, 401, 404),
    },
  }
}

function getOne({ access, name, names }: Context): Operation {
  return {
    operationId: `get${names.one}`,
    tags: [name],
    summary: `Get one of ${name}`,
    description: 'One that you may not see answers as one that does not exist.',
    parameters: [selectParameter(access, name), parameter('If-None-Match')],
    responses: {
      200: answer('The record; with `select`, what that names.', schemaRef(names.schema), etag),
      304: emptyAnswer('You have it already.', etag),
      ...problems(400, 401, 404),
    },
  }
}

function aggregate({ access, name, names }: Context): Operation {
  return {
    operationId: `aggregate${names.many}`,
    tags: [name],
    summary: `Count and sum up ${name}`,
    description: 'Over the records and fields you may see. Ask for at least one number.',
    parameters: aggregateParameters(access, name),
    responses: { 200: answer('One item for each group.', schemaRef('Aggregates')), ...problems(400, 401, 404) },
  }
}

function createOne({ access, permitted, name, names, record }: Context): Operation {
  const one = schemaRef(`${names.schema}Create`)
  const many = { type: 'array', items: one, maxItems: 10_000 }
  const created = { type: 'object', required: ['items'], properties: { items: { type: 'array', items: record } } }
  return {
    operationId: `create${names.one}`,
    tags: [name],
    summary: `Create ${name}`,
    description: 'One record, or a list of them: all or none.',
    parameters: [...shapeOf(access, permitted), ...write],
    requestBody: jsonBody({ oneOf: [one, many] }),
    responses: {
      201: answer(
        'The new record, or all of them in `items`. `Location` and `ETag` are those of one.',
        {
          anyOf: [record, created],
        },
        { ...location, ...etag, ...applied, ...replayed },
      ),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  }
}

/** Who may not read gets no say in what is answered. */
const shapeOf = (access: Access, { read, collection }: CollectionAccess): readonly Json[] =>
  read === false ? [] : [selectParameter(access, collection.name)]

function updateOne({ access, permitted, name, names, record }: Context): Operation {
  return {
    operationId: `update${names.one}`,
    tags: [name],
    summary: `Update one of ${name}`,
    description: 'Changes the fields given, and no others.',
    parameters: [...shapeOf(access, permitted), ...revision, ...write],
    requestBody: jsonBody(schemaRef(`${names.schema}Update`)),
    responses: {
      200: answer('The record as it is now.', record, { ...etag, ...replayed }),
      204: minimalAnswer,
      ...problems(400, 401, 403, 404, 409, 412, 413, 415, 422),
    },
  }
}

function replaceOne({ access, permitted, name, names, record }: Context): Operation {
  return {
    operationId: `replace${names.one}`,
    tags: [name],
    summary: `Create or replace one of ${name}`,
    description: 'Fields that are left out get their default.',
    parameters: [...shapeOf(access, permitted), ...revision, ...write],
    requestBody: jsonBody(schemaRef(`${names.schema}Replace`)),
    responses: {
      200: answer('It was there, and is replaced.', record, { ...etag, ...replayed }),
      201: answer('It was not there, and is created.', record, { ...location, ...etag, ...applied, ...replayed }),
      204: minimalAnswer,
      ...problems(400, 401, 403, 404, 409, 412, 413, 415, 422),
    },
  }
}

function deleteOne({ name, names }: Context): Operation {
  return {
    operationId: `delete${names.one}`,
    tags: [name],
    summary: `Delete one of ${name}`,
    description: 'Related records follow, or stand in the way, as the schema says.',
    parameters: [...revision, parameter('Idempotency-Key')],
    responses: { 204: emptyAnswer('It is gone.', replayed), ...problems(400, 401, 403, 404, 409, 412, 422) },
  }
}

function updateMany({ access, name, names }: Context): Operation {
  return {
    operationId: `bulkUpdate${names.many}`,
    tags: [name],
    summary: `Update all ${name} that match`,
    description: 'All that match the filter, or none: one that you may not update refuses them all.',
    parameters: [filterParameter(access, name, true), ...write],
    requestBody: jsonBody(schemaRef(`${names.schema}Update`)),
    responses: {
      200: answer('How many were updated.', schemaRef('Count'), replayed),
      204: minimalAnswer,
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  }
}

function deleteMany({ access, name, names }: Context): Operation {
  return {
    operationId: `bulkDelete${names.many}`,
    tags: [name],
    summary: `Delete all ${name} that match`,
    description: 'All that match the filter, or none: one that you may not delete refuses them all.',
    parameters: [filterParameter(access, name, true), ...write],
    responses: {
      200: answer('How many were deleted.', schemaRef('Count'), replayed),
      204: minimalAnswer,
      ...problems(400, 401, 403, 404, 409, 422),
    },
  }
}
