import type { Access } from '../../../access/access.ts'
import { credentials, setup } from '../../routes/auth.ts'
import { answer, type Json, jsonBody, type Operation, ref, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const tag = 'Sign-in'
const limits = { 'RateLimit-Policy': ref('headers', 'RateLimit-Policy'), RateLimit: ref('headers', 'RateLimit') }

/** `/api/auth` */
export const authSection = (access: Access): Section => ({
  tag: { name: tag, description: 'How to get an access token.' },
  paths: {
    '/api/auth/sign-in': { post: signIn },
    '/api/auth/setup': { post: makeFirstAdmin },
    '/api/auth/me': { get: whoAmI },
  },
  schemas: {
    Credentials: { ...credentials, examples: [{ email: 'ada@example.com', password: 'correct horse battery' }] },
    SignedIn: signedIn,
    User: user(rolesOf(access)),
  },
})

const signIn: Operation = {
  operationId: 'signIn',
  tags: [tag],
  summary: 'Sign in',
  description: 'With an e-mail address and a password. Send the access token as `Authorization: Bearer …`.',
  security: [],
  requestBody: jsonBody(schemaRef('Credentials')),
  responses: {
    200: answer('Signed in.', schemaRef('SignedIn'), limits),
    ...problems(400, 401, 413, 415, 429),
  },
}

const makeFirstAdmin: Operation = {
  operationId: 'makeFirstAdmin',
  tags: [tag],
  summary: 'Make the first admin',
  description: 'With the token of the link that Plinth prints when it starts for the first time.',
  security: [],
  requestBody: jsonBody(setup),
  responses: { 200: answer('Signed in as the admin.', schemaRef('SignedIn')), ...problems(400, 403, 409, 413, 415) },
}

const whoAmI: Operation = {
  operationId: 'whoAmI',
  tags: [tag],
  summary: 'Who am I?',
  description: 'For users; an API key is nobody.',
  responses: { 200: answer('The user whose token this is.', schemaRef('User')), ...problems(400, 401) },
}

const signedIn: Json = {
  type: 'object',
  required: ['accessToken', 'expiresAt', 'user'],
  properties: {
    accessToken: { type: 'string', description: 'For `Authorization: Bearer …`.' },
    expiresAt: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:15:00.000Z'] },
    user: schemaRef('User'),
  },
}

/** The names of all roles, for those who may see which roles users have. */
function rolesOf(access: Access): unknown {
  const users = access.collection('users')
  return users?.visible.has('roles') ? users.collection.fields.get('roles')?.declared['options'] : undefined
}

const user = (roles: unknown): Json => ({
  type: 'object',
  required: ['id', 'email', 'roles'],
  properties: {
    id: { type: 'string', format: 'uuid', examples: ['0198c0de-7a3b-7c4d-8e5f-0123456789ab'] },
    email: { type: 'string', format: 'email', examples: ['ada@example.com'] },
    roles: { type: 'array', items: { type: 'string', ...(Array.isArray(roles) && { enum: roles }) } },
  },
})
