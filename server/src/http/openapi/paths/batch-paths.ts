import type { Access } from '../../../access/access.ts'
import { isVisible } from '../visible-collections.ts'
import { answer, type Json, jsonBody, ref, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const text = (description: string): Json => ({ type: 'string', description })
const textOrReference = (description: string): Json => ({
  anyOf: [
    { type: 'string' },
    { type: 'object', required: ['$ref'], properties: { $ref: { type: 'string' } }, additionalProperties: false },
  ],
  description,
})

/** `POST /api/batch`; null for who may reach no collection. */
export function batchSection(access: Access): Section | null {
  const collections = [...access.model.collections.keys()].filter((name) => isVisible(access, name))
  if (collections.length === 0) return null
  return {
    tag: { name: 'Batch', description: 'Several operations in one transaction.' },
    paths: {
      '/api/batch': {
        post: {
          operationId: 'runBatch',
          tags: ['Batch'],
          summary: 'Run operations: all or none',
          description:
            'Up to 1,000 operations on any collections. Each sees what earlier ones did; `{"$ref": "order.id"}` anywhere in ' +
            'an operation stands for a value that the operation named `order` (by `as`) answered. A refusal names the ' +
            'failing operation in `operation`, and nothing is done.',
          parameters: [ref('parameters', 'Idempotency-Key'), ref('parameters', 'Prefer')],
          requestBody: jsonBody(schemaRef('Batch')),
          responses: {
            200: answer('The results, in the order of the operations.', schemaRef('BatchResults'), {
              'Idempotency-Replayed': ref('headers', 'Idempotency-Replayed'),
            }),
            ...problems(400, 401, 403, 404, 409, 412, 413, 415, 422),
          },
        },
      },
    },
    schemas: { Batch: batch(collections), BatchOperation: operation(collections), BatchResults: results },
  }
}

const batch = ([first = 'posts']: readonly string[]): Json => ({
  type: 'object',
  required: ['operations'],
  additionalProperties: false,
  properties: { operations: { type: 'array', maxItems: 1_000, items: schemaRef('BatchOperation') } },
  examples: [{ operations: [{ method: 'get', collection: first, id: '0198c0de-7a3b-7c4d-8e5f-0123456789ab' }] }],
})

const operation = (collections: readonly string[]): Json => ({
  type: 'object',
  required: ['method', 'collection'],
  additionalProperties: false,
  properties: {
    method: { type: 'string', enum: ['get', 'create', 'update', 'replace', 'delete'] },
    collection: { type: 'string', enum: collections },
    id: textOrReference('Of the record; for `create` it may stand in the body.'),
    body: { description: 'What to write, as in a single request.' },
    filter: text('For `update` and `delete` without an id: all records that match.'),
    select: text('What to answer.'),
    as: {
      type: 'string',
      pattern: '^[a-z][a-zA-Z0-9_]{0,62}$',
      description: 'A name for later operations to refer to.',
    },
    ifRev: textOrReference('The revision the record must still have.'),
    expect: { type: 'integer', minimum: 0, description: 'How many records the filter must match.' },
  },
})

const results: Json = {
  type: 'object',
  required: ['results'],
  properties: {
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['status', 'body'],
        properties: {
          status: { type: 'integer', enum: [200, 201, 204] },
          body: { type: ['object', 'null'], description: 'As a single request would be answered.' },
        },
      },
    },
  },
}
