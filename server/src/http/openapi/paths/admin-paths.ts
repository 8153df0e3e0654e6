import { jsonSchema } from '@plinth/schema'
import type { Access } from '../../../access/access.ts'
import { newKey } from '../../routes/api-keys.ts'
import { newPassword } from '../../routes/users.ts'
import { answer, emptyAnswer, type Json, jsonBody, type Operation, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const tag = 'Administration'
const { any, array, boolean, object, oneOf, optional, string } = jsonSchema
const uuid = { type: 'string', format: 'uuid', examples: ['0198c0de-7a3b-7c4d-8e5f-0123456789ab'] }
const time = { type: ['string', 'null'], format: 'date-time', examples: ['2030-01-31T12:00:00Z'] }
const idIn = (what: string): Json => ({ name: 'id', in: 'path', required: true, description: what, schema: uuid })

/** `/api/admin`, for admins. */
export const adminSection = ({ model }: Access): Section => ({
  tag: { name: tag, description: 'For admins alone.' },
  paths: {
    '/api/admin/keys': { get: readKeys, post: makeKey },
    '/api/admin/keys/{id}': { parameters: [idIn("The key's id.")], delete: revokeKey },
    '/api/admin/users/{id}/password': { parameters: [idIn("The user's id.")], put: setPassword },
    '/api/admin/explain': { post: explainAccess([...model.collections.keys()]) },
  },
  schemas: { NewKey: newKeySchema, ApiKey: apiKey, Explanation: explanation },
})

const readKeys: Operation = {
  operationId: 'readKeys',
  tags: [tag],
  summary: 'List API keys',
  description: 'All that were not revoked; never the keys themselves.',
  responses: { 200: answer('All keys.', object({ items: array(schemaRef('ApiKey')) })), ...problems(400, 401, 403) },
}

const makeKey: Operation = {
  operationId: 'makeKey',
  tags: [tag],
  summary: 'Make an API key',
  description: 'Whoever has it may do what its roles may, without being a user.',
  requestBody: jsonBody(schemaRef('NewKey')),
  responses: {
    201: answer('The key: this is the only time it is shown.', object({ id: uuid, key: string() })),
    ...problems(400, 401, 403, 413, 415),
  },
}

const revokeKey: Operation = {
  operationId: 'revokeKey',
  tags: [tag],
  summary: 'Revoke an API key',
  description: 'Within a second it is refused everywhere.',
  responses: { 204: emptyAnswer('It works no longer.'), ...problems(400, 401, 403, 404) },
}

const setPassword: Operation = {
  operationId: 'setPassword',
  tags: [tag],
  summary: "Set a user's password",
  description: 'The user is a record of `users`, made as any other.',
  requestBody: jsonBody(newPassword),
  responses: { 204: emptyAnswer('It is set.'), ...problems(400, 401, 403, 404, 413, 415) },
}

const explainAccess = (collections: readonly string[]): Operation => ({
  operationId: 'explainAccess',
  tags: [tag],
  summary: 'Why is a request allowed or refused?',
  description: 'Clause by clause, for any actor. A write is tried in a transaction that is rolled back.',
  requestBody: jsonBody(
    object({
      actor: {
        anyOf: [{ const: 'anonymous' }, object({ user: uuid }), object({ roles: array(string()) })],
        examples: ['anonymous'],
      },
      collection: oneOf(collections),
      action: oneOf(['read', 'create', 'update', 'delete']),
      id: optional({ type: ['string', 'null'], format: 'uuid', description: 'The record; for update and delete.' }),
      body: optional(any({ description: 'What would be written; for create and update.' })),
    }),
  ),
  responses: {
    200: answer('Permission by permission, check by check.', schemaRef('Explanation')),
    ...problems(400, 401, 403, 404, 413, 415),
  },
})

const newKeySchema: Json = {
  ...newKey,
  properties: {
    ...(typeof newKey['properties'] === 'object' && newKey['properties']),
    expiresAt: { ...time, description: 'When it ends; left out, or null, for a key without end.' },
  },
  examples: [{ name: 'Nightly import', roles: ['editor'], expiresAt: '2030-01-31T12:00:00Z' }],
}

const apiKey: Json = object({
  id: uuid,
  name: string({ examples: ['Nightly import'] }),
  prefix: string({ description: 'How the key begins, to tell keys apart.', examples: ['plk_3vZk9Q'] }),
  roles: array(string()),
  created: string({ format: 'date-time' }),
  createdBy: string(),
  expiresAt: time,
  lastUsed: time,
})

const names = array(string())
const explanation: Json = {
  ...object({
    allowed: boolean(),
    answer: { type: 'object', description: 'What the request itself would be answered.' },
    roles: names,
    permissions: array({
      type: 'object',
      required: ['role', 'states', 'result'],
      properties: {
        role: string(),
        states: { type: ['boolean', 'string', 'null'], description: 'What the role says about the action.' },
        result: boolean(),
        rule: { type: 'object', description: 'Each part of the rule, and whether it holds.' },
      },
    }),
    checks: array({ type: 'object' }, { description: 'What a write must fulfil besides a permission.' }),
    fields: object({ visible: names, conditional: names, hidden: names }),
    sql: string(),
    plan: names,
  }),
  additionalProperties: true,
}
