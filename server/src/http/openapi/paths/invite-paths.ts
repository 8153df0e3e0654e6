import { jsonSchema } from '@plinth/schema'
import { newInvite } from '../../routes/mail-admin.ts'
import { inPath, time, uuid } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, object, string } = jsonSchema
const email = string({ format: 'email', examples: ['ada@example.com'] })
const roles = array(string())

/** `/api/admin/invites` */
export const invitePaths = (tag: string): Section['paths'] => ({
  '/api/admin/invites': {
    get: {
      operationId: 'readInvites',
      tags: [tag],
      summary: 'List open invitations',
      description: 'Newest first.',
      responses: {
        200: answer('All of them.', object({ items: array(schemaRef('Invite')) })),
        ...problems(400, 401, 403),
      },
    },
    post: {
      operationId: 'inviteUser',
      tags: [tag],
      summary: 'Invite somebody',
      description: 'Sends a link that makes an account with these roles, for 7 days. An earlier invitation ends.',
      requestBody: jsonBody(newInvite),
      responses: {
        201: answer('They are invited.', object({ email, roles })),
        ...problems(400, 401, 403, 409, 413, 415),
      },
    },
  },
  '/api/admin/invites/{id}': {
    parameters: [inPath('id', "The invitation's id.")],
    delete: {
      operationId: 'revokeInvite',
      tags: [tag],
      summary: 'Take an invitation back',
      description: 'Its link opens nothing from now on.',
      responses: { 204: emptyAnswer('It is taken back.'), ...problems(400, 401, 403, 404) },
    },
  },
})

export const inviteSchema: Json = object({
  id: uuid,
  email,
  roles,
  createdBy: string({ description: 'Who has invited: `user:<id>` or `key:<id>`.' }),
  created: time,
  expiresAt: time,
})
