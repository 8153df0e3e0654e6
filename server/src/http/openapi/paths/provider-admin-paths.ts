import { jsonSchema } from '@plinth/schema'
import { newProvider } from '../../routes/provider-admin.ts'
import { inPath, orNull } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { presetOrNull } from './provider-paths.ts'

const { any, array, boolean, object, oneOf, string } = jsonSchema

const name = inPath('name', 'In addresses: a-z, 0-9 and -.', string({ examples: ['google'] }))

const tried = object({
  ok: boolean(),
  checks: array(
    object({
      check: oneOf(['metadata', 'credentials']),
      ok: any({ type: ['boolean', 'null'], description: 'Null where it cannot be told.' }),
      message: string(),
    }),
  ),
})

/** `/api/admin/providers` */
export const providerAdminPaths = (tag: string): Section['paths'] => ({
  '/api/admin/providers': {
    get: {
      operationId: 'readProviders',
      tags: [tag],
      summary: 'List what people can sign in with',
      description: 'Also what is switched off; never a secret.',
      responses: {
        200: answer('All providers.', object({ items: array(schemaRef('SignInProvider')) })),
        ...problems(400, 401, 403),
      },
    },
  },
  '/api/admin/providers/{name}': {
    parameters: [name],
    put: {
      operationId: 'saveProvider',
      tags: [tag],
      summary: 'Set a provider up',
      description:
        'One that is known (`preset`), or any OpenID provider by its `issuer`. In the place of the one with this name. A secret that is left out stays, as long as preset, issuer and client id do.',
      requestBody: jsonBody(schemaRef('NewSignInProvider')),
      responses: {
        200: answer('As it is now.', schemaRef('SignInProvider')),
        201: answer('It is made.', schemaRef('SignInProvider')),
        ...problems(400, 401, 403, 413, 415),
      },
    },
    delete: {
      operationId: 'removeProvider',
      tags: [tag],
      summary: 'Remove a provider',
      description: 'Who signs in with it alone cannot any more, until there is one with this name and issuer again.',
      responses: { 204: emptyAnswer('It is gone.'), ...problems(400, 401, 403, 404) },
    },
  },
  '/api/admin/providers/{name}/test': {
    parameters: [name],
    post: {
      operationId: 'tryProvider',
      tags: [tag],
      summary: 'Try a provider',
      description: 'Whether it is found, and whether it knows our client id and secret.',
      responses: {
        200: answer('What came of it.', tried),
        ...problems(400, 401, 403, 404),
      },
    },
  },
})

export const providerAdminSchemas: Json = {
  NewSignInProvider: { ...newProvider, examples: [{ preset: 'google', clientId: '…', clientSecret: '…' }] },
  SignInProvider: object({
    name: string(),
    label: string({ description: 'On buttons.' }),
    preset: presetOrNull,
    issuer: orNull(string()),
    tenant: orNull(string({ description: 'Microsoft: whose accounts; null for all.' })),
    clientId: string(),
    hasSecret: boolean(),
    teamId: orNull(string({ description: 'Apple.' })),
    keyId: orNull(string({ description: 'Apple.' })),
    scopes: { ...orNull(array(string())), description: 'What is asked for; null for what the preset asks for.' },
    enabled: boolean(),
    callbackUrl: string({ description: 'What to enter at the provider.' }),
  }),
}
