import { documentSchema, jsonSchema } from '@plinth/schema'
import { answer, type Json, jsonBody, type Operation, ref, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const tag = 'Schema'
const etag = { ETag: ref('headers', 'ETag') }
const { array, integer, number, object, oneOf, optional, string } = jsonSchema

const versionEntry: Readonly<Record<string, Json>> = {
  version: integer(),
  created: string({ format: 'date-time' }),
  createdBy: string(),
  summary: array(string()),
}

/** `/api/schema`, for admins. */
export const schemaSection: Section = {
  tag: { name: tag, description: 'Collections, fields, roles and permissions, and changing them safely.' },
  paths: {
    '/api/schema': { get: readSchema() },
    '/api/schema/plan': { post: planSchema() },
    '/api/schema/apply': { post: applySchema() },
    '/api/schema/versions': { get: listVersions() },
    '/api/schema/versions/{version}': { get: readVersion() },
  },
  schemas: {
    Schema: { ...documentSchema, description: 'The schema as a whole.' },
    SchemaVersion: object(versionEntry),
    SchemaVersionDocument: object({ ...versionEntry, schema: schemaRef('Schema') }),
    Plan: object({ base: integer(), steps: array(schemaRef('PlanStep')) }),
    PlanStep: planStep(),
  },
}

function readSchema(): Operation {
  return {
    operationId: 'readSchema',
    tags: [tag],
    summary: 'Read the schema',
    description: 'The whole document. Its `version` is the `base` of the next change.',
    parameters: [ref('parameters', 'If-None-Match')],
    responses: {
      200: answer('The version in force.', schemaRef('Schema'), etag),
      304: { description: 'You have it already.', headers: etag },
      ...problems(400, 401, 403),
    },
  }
}

function planSchema(): Operation {
  return {
    operationId: 'planSchema',
    tags: [tag],
    summary: 'Plan a change',
    description: 'Says what a wanted schema would do to tables and data. Nothing is changed.',
    requestBody: jsonBody(changeRequest({})),
    responses: { 200: answer('The steps, in order.', schemaRef('Plan')), ...problems(400, 401, 403, 409, 413, 415) },
  }
}

function applySchema(): Operation {
  const accept = array(string(), { description: 'The ids of the steps that lose data, to say that they may.' })
  return {
    operationId: 'applySchema',
    tags: [tag],
    summary: 'Apply a change',
    description: 'Runs all steps in one transaction, if the schema is still at the version `base`.',
    requestBody: jsonBody(changeRequest({ accept: optional(accept) })),
    responses: {
      200: answer('The new version.', object({ version: integer(), schema: schemaRef('Schema') })),
      ...problems(400, 401, 403, 409, 413, 415),
    },
  }
}

function listVersions(): Operation {
  return {
    operationId: 'readSchemaVersions',
    tags: [tag],
    summary: 'List all versions',
    description: 'Who changed what and when.',
    responses: {
      200: answer('Newest first.', object({ items: array(schemaRef('SchemaVersion')) })),
      ...problems(400, 401, 403),
    },
  }
}

function readVersion(): Operation {
  return {
    operationId: 'readSchemaVersion',
    tags: [tag],
    summary: 'Read a version',
    description: 'With the schema of then. Going back is a change like any other: send an old `schema`.',
    parameters: [{ name: 'version', in: 'path', required: true, schema: integer({ minimum: 1 }) }],
    responses: {
      200: answer('The version.', schemaRef('SchemaVersionDocument')),
      ...problems(400, 401, 403, 404),
    },
  }
}

function changeRequest(more: Readonly<Record<string, Json>>): Json {
  const rename = object({
    collection: optional(string({ description: 'The collection of a renamed field; left out for a collection.' })),
    from: string(),
    to: string(),
  })
  return object({
    schema: schemaRef('Schema'),
    base: integer({ minimum: 0, description: 'The version the change starts from.' }),
    renames: optional(array(rename, { description: 'So that data is kept, not dropped and made anew.' })),
    ...more,
  })
}

function planStep(): Json {
  const sample = object({ id: string({ format: 'uuid' }), value: {} })
  const blockers = object({ count: number(), rows: array(sample), reason: string(), mend: string() })
  return object({
    id: string(),
    summary: string(),
    sql: array(string()),
    risk: oneOf(['safe', 'slow', 'destructive']),
    rows: integer({ description: 'How many are touched or lost.' }),
    samples: array(sample),
    blockers: { anyOf: [blockers, { type: 'null' }], description: 'The rows in the way, if there are any.' },
    warning: { type: ['string', 'null'] },
  })
}
