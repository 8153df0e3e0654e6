import { jsonSchema } from '@plinth/schema'
import { answer, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, object, string } = jsonSchema

/** `/.well-known/jwks.json`, for everybody. */
export const keySetPaths = (tag: string): Section['paths'] => ({
  '/.well-known/jwks.json': {
    get: {
      operationId: 'readJwks',
      tags: [tag],
      summary: 'The keys that check access tokens',
      description: 'For other services: the public halves, as a JSON Web Key Set (RFC 7517).',
      security: [],
      responses: { 200: answer('All that are in use.', object({ keys: array(publicJwk) })), ...problems(400) },
    },
  },
})

/** `/api/admin/signing-keys` */
export const signingKeyPaths = (tag: string): Section['paths'] => ({
  '/api/admin/signing-keys/rotate': {
    post: {
      operationId: 'rotateSigningKeys',
      tags: [tag],
      summary: 'Sign with a new key',
      description: 'Tokens that the old key has signed count until they end.',
      responses: newKey(),
    },
  },
  '/api/admin/signing-keys/distrust': {
    post: {
      operationId: 'distrustSigningKeys',
      tags: [tag],
      summary: 'Trust no older key any more',
      description:
        'Where a key may have been stolen: every access token that was made so far, your own too, is refused within a second. Sessions go on: whoever is signed in refreshes.',
      responses: newKey(),
    },
  },
})

const newKey = () => ({
  201: answer('The new key, by its id.', object({ kid: string({ format: 'uuid' }) })),
  ...problems(400, 401, 403),
})

const publicJwk = object({
  kty: string({ const: 'EC' }),
  crv: string({ const: 'P-256' }),
  x: string(),
  y: string(),
  kid: string(),
  use: string({ const: 'sig' }),
  alg: string({ const: 'ES256' }),
})
