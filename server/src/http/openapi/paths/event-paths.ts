import { jsonSchema } from '@plinth/schema'
import { defaultLimit, maxLimit } from '../../routes/events.ts'
import { orNull, pageOf, pageParameters, time, uuid } from '../common-schemas.ts'
import { answer, type Json, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { object, string } = jsonSchema

/** `/api/admin/events` */
export const eventPaths = (tag: string): Section['paths'] => ({
  '/api/admin/events': {
    get: {
      operationId: 'readEvents',
      tags: [tag],
      summary: 'Read the audit trail',
      description: 'What happened to accounts, newest first.',
      parameters: [
        {
          name: 'user',
          in: 'query',
          description: 'Only of this user, by id.',
          schema: { type: 'string', format: 'uuid' },
        },
        {
          name: 'kind',
          in: 'query',
          description: 'Only of this kind, such as `signedIn`.',
          schema: { type: 'string' },
        },
        ...pageParameters(defaultLimit, maxLimit),
      ],
      responses: { 200: answer('A page.', pageOf(schemaRef('SecurityEvent'))), ...problems(400, 401, 403) },
    },
  },
})

export const securityEvent: Json = object({
  id: uuid,
  at: time,
  kind: string({ description: 'What happened.', examples: ['signedIn', 'passwordChanged'] }),
  userId: { ...orNull(uuid), description: 'Whose account; null where none is known.' },
  actor: string({ description: 'Who did it: `user:<id>`, `key:<id>`, `anonymous:` or `system`.' }),
  address: orNull(string()),
  userAgent: orNull(string()),
  details: { type: 'object', description: 'Depends on the kind.', additionalProperties: true },
})
