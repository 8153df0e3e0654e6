import { jsonSchema } from '@plinth/schema'
import { ownPassword } from '../../routes/auth.ts'
import { inPath, orNull, time, uuid } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders } from '../sign-in-answers.ts'

const { array, boolean, object, oneOf, string } = jsonSchema

/** Below `/api/auth`: what who is signed in sees and changes of their own. */
export const ownAccountPaths = (tag: string): Section['paths'] => ({
  '/api/auth/me': {
    get: {
      operationId: 'whoAmI',
      tags: [tag],
      summary: 'Who am I?',
      description: 'For users; an API key is nobody.',
      responses: { 200: answer('The user whose token this is.', schemaRef('Me')), ...problems(400, 401) },
    },
  },
  '/api/auth/password': {
    post: {
      operationId: 'changePassword',
      tags: [tag],
      summary: 'Change your password',
      description: 'Ends all your other sessions.',
      requestBody: jsonBody(ownPassword),
      responses: { 204: emptyAnswer('It is changed.', limitHeaders), ...problems(400, 401, 403, 413, 415, 429) },
    },
  },
  '/api/auth/sessions': {
    get: {
      operationId: 'readSessions',
      tags: [tag],
      summary: 'Where am I signed in?',
      description: 'Your sessions that go on, the one last used first.',
      responses: {
        200: answer('All of them.', object({ items: array(schemaRef('SignInSession')) })),
        ...problems(400, 401),
      },
    },
  },
  '/api/auth/sessions/{id}': {
    parameters: [inPath('id', "The session's id.")],
    delete: {
      operationId: 'endSession',
      tags: [tag],
      summary: 'End one of your sessions',
      description: 'Within a second its tokens are refused everywhere.',
      responses: { 204: emptyAnswer('It has ended.'), ...problems(400, 401, 403, 404) },
    },
  },
})

export const sessionSchema: Json = object({
  id: uuid,
  method: oneOf(['password', 'magicLink', 'code', 'oidc', 'passkey', 'anonymous', 'viewAs'], {
    description: 'How it began. `viewAs` is an admin who views as another.',
  }),
  createdAt: time,
  lastUsedAt: time,
  expiresAt: time,
  userAgent: orNull(string({ description: 'The program that signed in.' })),
  address: orNull(string({ description: 'The IP address it was last renewed from.' })),
  current: boolean({ description: 'Whether it is the one that asks.' }),
})

/** `roles` are all that there are, or null for who may not know. Who views as a role may have named a built-in one, too. */
export const meSchema = (roles: readonly unknown[] | null): Json => ({
  type: 'object',
  required: ['id', 'email', 'roles'],
  properties: {
    id: { ...orNull(uuid), description: 'Null for an admin who views as anybody with certain roles.' },
    email: {
      ...orNull(string({ format: 'email', examples: ['ada@example.com'] })),
      description: 'Null where `id` is.',
    },
    roles: array(string(roles ? { enum: [...new Set(['anonymous', 'authenticated', ...roles])] } : {})),
    verified: boolean({
      description: 'Whether they have shown that mail to this address reaches them; not there without a user.',
    }),
    anonymous: { const: true, description: 'There for a user who has no address yet; `email` is a placeholder.' },
    mfaEnrolmentRequired: {
      const: true,
      description: 'There for who may do nothing before they have a second factor, since a role of theirs needs one.',
    },
    viewedBy: { ...uuid, description: 'There for an admin who only views as this user: the id of the admin.' },
  },
})
