import { jsonSchema } from '@plinth/schema'
import { newPasskey, passkeySignIn } from '../../routes/passkeys.ts'
import { uuid } from '../common-schemas.ts'
import { answer, type Json, jsonBody, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders, signedInAnswer } from '../sign-in-answers.ts'

const { array, object, optional, string } = jsonSchema

/** What a browser is given: https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson */
export const passkeyOptions: Json = object({
  options: {
    type: 'object',
    description:
      'For `PublicKeyCredential.parseRequestOptionsFromJSON` (or `parseCreationOptionsFromJSON` where a passkey is made).',
    required: ['challenge'],
    properties: { challenge: string() },
    additionalProperties: true,
  },
})

/** Below `/api/auth/passkeys`. They are listed, renamed and removed as all second factors are. */
export const passkeyPaths = (tag: string): Section['paths'] => ({
  '/api/auth/passkeys/register/options': {
    post: {
      operationId: 'askToMakePasskey',
      tags: [tag],
      summary: 'Begin to add a passkey',
      description: 'What the browser needs to make one for this Plinth.',
      responses: {
        200: answer('For the browser.', passkeyOptions, limitHeaders),
        ...problems(400, 401, 403, 409, 429),
      },
    },
  },
  '/api/auth/passkeys/register': {
    post: {
      operationId: 'addPasskey',
      tags: [tag],
      summary: 'Add a passkey',
      description:
        'With what the browser has answered. It signs in by itself, and is a second factor of other ways in.',
      requestBody: jsonBody(newPasskey),
      responses: {
        201: answer(
          'It counts.',
          object({
            id: uuid,
            name: string(),
            recoveryCodes: optional(
              array(string(), { description: 'Shown this once; there with the first factor alone.' }),
            ),
          }),
          limitHeaders,
        ),
        ...problems(400, 401, 403, 409, 413, 415, 429),
      },
    },
  },
  '/api/auth/passkeys/sign-in/options': {
    post: {
      operationId: 'askToSignInByPasskey',
      tags: [tag],
      summary: 'Ask for a passkey to sign in',
      description: 'Nobody has to say who they are: the browser offers the passkeys that it has.',
      security: [],
      responses: { 200: answer('For the browser.', passkeyOptions, limitHeaders), ...problems(400, 409, 429) },
    },
  },
  '/api/auth/passkeys/sign-in': {
    post: {
      operationId: 'signInByPasskey',
      tags: [tag],
      summary: 'Sign in with a passkey',
      description: 'It has checked its user, so it is two factors at once.',
      security: [],
      requestBody: jsonBody(passkeySignIn),
      responses: { 200: signedInAnswer('Signed in.'), ...problems(400, 401, 403, 409, 413, 415, 429) },
    },
  },
})
