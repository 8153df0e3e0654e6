import type { Access } from '../../../access/access.ts'
import { secondProofs } from '../../../auth/sessions/session.ts'
import { credentials, refreshBody, setup, signOutBody } from '../../routes/auth.ts'
import { time, uuid } from '../common-schemas.ts'
import {
  emptyAnswer,
  type Json,
  jsonBody,
  type Operation,
  optionalJsonBody,
  schemaRef,
  type Section,
} from '../document.ts'
import { problems } from '../problem-responses.ts'
import { sessionAnswer, signedInAnswer } from '../sign-in-answers.ts'
import { meSchema, ownAccountPaths, sessionSchema } from './own-account-paths.ts'

const tag = 'Sign-in'

/** `/api/auth`: signing in with a password, and staying signed in. */
export const authSection = (access: Access): Section => {
  const roles = rolesOf(access)
  return {
    tag: {
      name: tag,
      description:
        'How to get an access token, or with `"session": "cookie"` cookies that a browser keeps and no script can read.',
    },
    paths: {
      '/api/auth/sign-in': { post: signIn },
      '/api/auth/setup': { post: makeFirstAdmin },
      '/api/auth/refresh': { post: refreshSession },
      '/api/auth/sign-out': { post: signOut },
      ...ownAccountPaths(tag),
    },
    schemas: {
      Credentials: { ...credentials, examples: [{ email: 'ada@example.com', password: 'correct horse battery' }] },
      SignedIn: signedIn,
      MfaRequired: mfaRequired,
      SignInAnswer: { oneOf: [schemaRef('SignedIn'), schemaRef('MfaRequired')] },
      User: user(roles),
      Me: meSchema(roles),
      SignInSession: sessionSchema,
    },
  }
}

const signIn: Operation = {
  operationId: 'signIn',
  tags: [tag],
  summary: 'Sign in',
  description: 'With an e-mail address and a password. Send the access token as `Authorization: Bearer …`.',
  security: [],
  requestBody: jsonBody(schemaRef('Credentials')),
  responses: { 200: signedInAnswer('Signed in.'), ...problems(400, 401, 403, 413, 415, 429) },
}

const makeFirstAdmin: Operation = {
  operationId: 'makeFirstAdmin',
  tags: [tag],
  summary: 'Make the first admin',
  description: 'With the token of the link that Plinth prints when it starts for the first time.',
  security: [],
  requestBody: jsonBody(setup),
  responses: { 200: signedInAnswer('Signed in as the admin.'), ...problems(400, 403, 409, 413, 415, 429) },
}

const refreshSession: Operation = {
  operationId: 'refreshSession',
  tags: [tag],
  summary: 'Get the next access token',
  description:
    'Each refresh token works once: keep the one that is answered. One that is used again was copied, and ends its session. A browser with cookies sends no body.',
  security: [],
  requestBody: optionalJsonBody(refreshBody),
  responses: { 200: sessionAnswer('The session goes on.'), ...problems(400, 401, 403, 413, 415, 429) },
}

const signOut: Operation = {
  operationId: 'signOut',
  tags: [tag],
  summary: 'Sign out',
  description: 'Ends this session, or with `everywhere` all of yours, within a second.',
  requestBody: optionalJsonBody(signOutBody),
  responses: { 204: emptyAnswer('Signed out.'), ...problems(400, 401, 403, 404, 413, 415) },
}

const onlyTokens = 'Not there when the session is kept in cookies.'
const signedIn: Json = {
  type: 'object',
  required: ['expiresAt', 'user'],
  properties: {
    accessToken: { type: 'string', description: `For \`Authorization: Bearer …\`. ${onlyTokens}` },
    expiresAt: { ...time, description: 'When the access token ends.' },
    refreshToken: { type: 'string', description: `For \`POST /api/auth/refresh\`, once. ${onlyTokens}` },
    user: schemaRef('User'),
  },
}

const mfaRequired: Json = {
  type: 'object',
  description: 'For who has a second factor: no session yet. Show it at `POST /api/auth/mfa`, with the ticket.',
  required: ['mfaRequired', 'ticket', 'expiresAt', 'factors'],
  properties: {
    mfaRequired: { const: true },
    ticket: { type: 'string', description: 'Works once, within 5 minutes and five tries. It opens nothing else.' },
    expiresAt: { ...time, description: 'When the ticket ends.' },
    factors: { type: 'array', items: { enum: [...secondProofs] }, description: 'What may be shown.' },
  },
  additionalProperties: false,
}

/** The names of all roles, for those who may see which roles users have. */
function rolesOf(access: Access): readonly unknown[] | null {
  const users = access.collection('users')
  const roles = users?.visible.has('roles') ? users.collection.fields.get('roles')?.declared['options'] : undefined
  return Array.isArray(roles) ? roles : null
}

const user = (roles: readonly unknown[] | null): Json => ({
  type: 'object',
  required: ['id', 'email', 'roles'],
  properties: {
    id: uuid,
    email: { type: 'string', format: 'email', examples: ['ada@example.com'] },
    roles: { type: 'array', items: { type: 'string', ...(roles && { enum: roles }) } },
  },
})
