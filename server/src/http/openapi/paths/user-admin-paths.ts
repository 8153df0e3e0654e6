import { jsonSchema } from '@plinth/schema'
import { blocking, newPassword } from '../../routes/users.ts'
import { inPath } from '../common-schemas.ts'
import { answer, emptyAnswer, jsonBody, optionalJsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, object } = jsonSchema
const userInPath = inPath('id', "The user's id.")

/** `/api/admin/users`: what admins do with an account. */
export const userAdminPaths = (tag: string): Section['paths'] => ({
  '/api/admin/users/{id}/password': {
    parameters: [userInPath],
    put: {
      operationId: 'setPassword',
      tags: [tag],
      summary: "Set a user's password",
      description: 'The user is a record of `users`, made as any other. Ends their sessions.',
      requestBody: jsonBody(newPassword),
      responses: { 204: emptyAnswer('It is set.'), ...problems(400, 401, 403, 404, 413, 415, 429) },
    },
  },
  '/api/admin/users/{id}/block': {
    parameters: [userInPath],
    put: {
      operationId: 'blockUser',
      tags: [tag],
      summary: 'Block a user',
      description: 'Ends their sessions within a second, and lets them start none.',
      requestBody: optionalJsonBody(blocking),
      responses: { 204: emptyAnswer('They are kept out.'), ...problems(400, 401, 403, 404, 413, 415) },
    },
    delete: {
      operationId: 'unblockUser',
      tags: [tag],
      summary: 'Let a user in again',
      description: 'Their old sessions stay ended.',
      responses: { 204: emptyAnswer('They may sign in.'), ...problems(400, 401, 403, 404) },
    },
  },
  '/api/admin/users/{id}/factors': {
    parameters: [userInPath],
    get: {
      operationId: 'readUserFactors',
      tags: [tag],
      summary: "List a user's second factors",
      description: 'The oldest first.',
      responses: { 200: answer('All of them.', schemaRef('Factors')), ...problems(400, 401, 403, 404) },
    },
    delete: {
      operationId: 'removeUserFactors',
      tags: [tag],
      summary: "Remove a user's second factors",
      description: 'All of them, for who has lost theirs. They are told by mail, and it is written down.',
      responses: { 204: emptyAnswer('They are removed.'), ...problems(400, 401, 403, 404) },
    },
  },
  ...userSessionPaths(tag),
})

const userSessionPaths = (tag: string): Section['paths'] => ({
  '/api/admin/users/{id}/sessions': {
    parameters: [userInPath],
    get: {
      operationId: 'readUserSessions',
      tags: [tag],
      summary: "List a user's sessions",
      description: 'Those that go on, the one last used first.',
      responses: {
        200: answer('All of them.', object({ items: array(schemaRef('SignInSession')) })),
        ...problems(400, 401, 403, 404),
      },
    },
    delete: {
      operationId: 'endUserSessions',
      tags: [tag],
      summary: "End all of a user's sessions",
      description: 'Within a second their tokens are refused everywhere.',
      responses: { 204: emptyAnswer('They have ended.'), ...problems(400, 401, 403, 404) },
    },
  },
  '/api/admin/users/{id}/sessions/{session}': {
    parameters: [userInPath, inPath('session', "The session's id.")],
    delete: {
      operationId: 'endUserSession',
      tags: [tag],
      summary: "End one of a user's sessions",
      description: 'Within a second its tokens are refused everywhere.',
      responses: { 204: emptyAnswer('It has ended.'), ...problems(400, 401, 403, 404) },
    },
  },
})
