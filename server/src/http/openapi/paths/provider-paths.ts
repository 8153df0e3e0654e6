import { jsonSchema } from '@plinth/schema'
import { presetNames } from '../../../auth/providers/provider.ts'
import { exchangeBody, startBody } from '../../routes/providers.ts'
import { inPath, orNull, time, uuid } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, type Operation, ref, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders, signedInAnswer } from '../sign-in-answers.ts'

const { array, object, string } = jsonSchema
const tag = 'Providers'

/** Which service it is, where that is one of the known ones. */
export const presetOrNull: Json = { enum: [...presetNames, null] }

const name = inPath('name', "The provider's name.", string({ examples: ['google'] }))

/** Below `/api/auth`: signing in with other services. */
export const providerSection = (): Section => ({
  tag: { name: tag, description: 'Signing in with other services, by OAuth 2.1 and OpenID Connect.' },
  paths: {
    '/api/auth/providers': { get: listProviders },
    '/api/auth/providers/{name}/start': { parameters: [name], post: startSignIn },
    '/api/auth/providers/{name}/callback': { parameters: [name], get: callback('get'), post: callback('post') },
    '/api/auth/providers/exchange': { post: exchangeCode },
    '/api/auth/identities': { get: readIdentities },
    '/api/auth/identities/{id}': { parameters: [inPath('id', "The identity's id.")], delete: unlinkIdentity },
  },
  schemas: { SignInIdentity: identity },
})

const listProviders: Operation = {
  operationId: 'readSignInProviders',
  tags: [tag],
  summary: 'What can I sign in with?',
  description: 'The providers that are switched on, for buttons.',
  security: [],
  responses: {
    200: answer(
      'All of them, by name.',
      object({
        items: array(object({ name: string(), label: string({ examples: ['Google'] }), preset: presetOrNull })),
      }),
    ),
    ...problems(400),
  },
}

const startSignIn: Operation = {
  operationId: 'startSignIn',
  tags: [tag],
  summary: 'Begin to sign in',
  description:
    'Answers the address to send the browser to. It comes back to `redirectTo`, which is one of `PLINTH_REDIRECT_URLS`: with `"session": "cookie"` signed in, else with `?code=`, which is exchanged for tokens. For that, `challenge` is the base64url of the SHA-256 of a verifier (RFC 7636). What went wrong stands there as `?error=`. With `link`, who is signed in adds a way in.',
  requestBody: jsonBody(startBody),
  responses: {
    200: answer('Where to go.', object({ url: string({ format: 'uri' }) }), {
      'Set-Cookie': ref('headers', 'Set-Cookie'),
      ...limitHeaders,
    }),
    ...problems(400, 401, 403, 404, 413, 415, 429),
  },
}

/** What people are shown, and not programs. */
const page = (status: number, description: string, headers: Json = {}): Json => ({
  [status]: {
    description,
    headers: { 'X-Request-Id': ref('headers', 'X-Request-Id'), ...headers },
    content: { 'text/html': { schema: { type: 'string' } } },
  },
})

const callback = (method: 'get' | 'post'): Operation => ({
  operationId: method === 'get' ? 'finishSignIn' : 'finishSignInByForm',
  tags: [tag],
  summary: method === 'get' ? 'Come back from a provider' : 'Come back from a provider that posts a form',
  description: 'Where the provider sends the browser. Nothing else calls this.',
  security: [],
  responses: {
    303: emptyAnswer('Back to `redirectTo`.', { 'Set-Cookie': ref('headers', 'Set-Cookie'), ...limitHeaders }),
    ...page(400, 'Nobody knows who began this, so nobody is sent anywhere.'),
    ...page(413, 'The form is too large.'),
    ...page(415, 'It is no form.'),
    ...page(429, 'Too many tries.', limitHeaders),
    default: ref('responses', 'Problem'),
  },
})

const exchangeCode: Operation = {
  operationId: 'exchangeCode',
  tags: [tag],
  summary: 'Finish to sign in, in an app or with a second factor',
  description:
    'With the code that `redirectTo` was given, within two minutes, and the verifier of the challenge. A page that keeps its session in cookies is given a code only for who has to show a second factor, and sends it without a verifier, from the browser that began.',
  security: [],
  requestBody: jsonBody(exchangeBody),
  responses: {
    200: signedInAnswer('Signed in.'),
    204: emptyAnswer('A way in was added.', limitHeaders),
    ...problems(400, 401, 403, 409, 413, 415, 429),
  },
}

const readIdentities: Operation = {
  operationId: 'readIdentities',
  tags: [tag],
  summary: 'With what else can I sign in?',
  description: 'Your accounts at providers.',
  responses: {
    200: answer('All of them.', object({ items: array(schemaRef('SignInIdentity')) })),
    ...problems(400, 401),
  },
}

const unlinkIdentity: Operation = {
  operationId: 'unlinkIdentity',
  tags: [tag],
  summary: 'Remove a way to sign in',
  description: 'Not the last one.',
  responses: { 204: emptyAnswer('It is removed.', limitHeaders), ...problems(400, 401, 403, 404, 409, 429) },
}

const identity: Json = object({
  id: uuid,
  provider: string({ description: "The provider's name." }),
  label: string({ description: 'The same, for people.' }),
  email: orNull(string({ description: 'The address there, when it was last used.' })),
  name: orNull(string()),
  linkedAt: time,
  lastUsedAt: time,
})
