import { jsonSchema } from '@plinth/schema'
import { newKey } from '../../routes/api-keys.ts'
import { inPath, orNull, time, uuid } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, object, string } = jsonSchema

/** `/api/admin/keys` */
export const apiKeyPaths = (tag: string): Section['paths'] => ({
  '/api/admin/keys': {
    get: {
      operationId: 'readKeys',
      tags: [tag],
      summary: 'List API keys',
      description: 'All that were not revoked; never the keys themselves.',
      responses: {
        200: answer('All keys.', object({ items: array(schemaRef('ApiKey')) })),
        ...problems(400, 401, 403),
      },
    },
    post: {
      operationId: 'makeKey',
      tags: [tag],
      summary: 'Make an API key',
      description: 'Whoever has it may do what its roles may, without being a user.',
      requestBody: jsonBody(schemaRef('NewKey')),
      responses: {
        201: answer('The key: this is the only time it is shown.', object({ id: uuid, key: string() })),
        ...problems(400, 401, 403, 413, 415),
      },
    },
  },
  '/api/admin/keys/{id}': {
    parameters: [inPath('id', "The key's id.")],
    delete: {
      operationId: 'revokeKey',
      tags: [tag],
      summary: 'Revoke an API key',
      description: 'Within a second it is refused everywhere.',
      responses: { 204: emptyAnswer('It works no longer.'), ...problems(400, 401, 403, 404) },
    },
  },
})

export const apiKeySchemas: Json = {
  NewKey: {
    ...newKey,
    properties: {
      ...(typeof newKey['properties'] === 'object' && newKey['properties']),
      expiresAt: { ...orNull(time), description: 'When it ends; left out, or null, for a key without end.' },
    },
    examples: [{ name: 'Nightly import', roles: ['editor'], expiresAt: '2030-01-31T12:00:00Z' }],
  },
  ApiKey: object({
    id: uuid,
    name: string({ examples: ['Nightly import'] }),
    prefix: string({ description: 'How the key begins, to tell keys apart.', examples: ['plk_3vZk9Q'] }),
    roles: array(string()),
    created: time,
    createdBy: string(),
    expiresAt: orNull(time),
    lastUsed: orNull(time),
  }),
}
