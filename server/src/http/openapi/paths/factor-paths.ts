import { jsonSchema } from '@plinth/schema'
import { confirmedFactor, newFactor, renamedFactor } from '../../routes/factors.ts'
import { secondFactorBody, stepUpBody, ticketBody } from '../../routes/mfa.ts'
import { inPath, orNull, time, uuid } from '../common-schemas.ts'
import {
  answer,
  emptyAnswer,
  type Json,
  jsonBody,
  type Operation,
  optionalJsonBody,
  schemaRef,
  type Section,
} from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders, signedInAnswer } from '../sign-in-answers.ts'
import { passkeyOptions, passkeyPaths } from './passkey-paths.ts'

const { array, boolean, integer, object, oneOf, string } = jsonSchema
const tag = 'Second factors'

/** Below `/api/auth`: apps for codes, passkeys, recovery codes, and showing them. */
export const factorSection = (): Section => ({
  tag: {
    name: tag,
    description:
      'Apps for codes, passkeys and recovery codes. Who has one gets no session for a password or a mail alone: every way in then answers a ticket. What is sensitive needs a recent proof, else 403 `stepUpRequired`.',
  },
  paths: {
    '/api/auth/mfa': { post: showSecondFactor },
    '/api/auth/mfa/options': { post: askSecondPasskey },
    '/api/auth/step-up': { post: stepUp },
    '/api/auth/step-up/options': { post: askPasskeyToStepUp },
    '/api/auth/factors': { get: readFactors },
    '/api/auth/factors/totp': { post: addApp },
    '/api/auth/factors/totp/{id}/confirm': { parameters: [factorInPath], post: confirmApp },
    '/api/auth/factors/recovery-codes': { post: makeRecoveryCodes },
    '/api/auth/factors/{id}': { parameters: [factorInPath], patch: renameFactor, delete: removeFactor },
    ...passkeyPaths(tag),
  },
  schemas: { Factors: factors },
})

const factorInPath = inPath('id', "The factor's id.")

const recoveryCodes = array(string({ examples: ['7k2m-9qxd-4wfh-z8tn'] }), {
  description: 'Each works once, in place of a factor. Shown this once; there with the first factor alone.',
})

const factors: Json = object({
  items: array(
    object({
      id: uuid,
      kind: oneOf(['totp', 'passkey']),
      name: string(),
      created: time,
      lastUsed: orNull(time),
      backedUp: {
        ...orNull(boolean()),
        description: 'Whether a passkey is kept in more places than one; null for others.',
      },
    }),
  ),
  recoveryCodes: integer({ description: 'How many are left.' }),
})

const showSecondFactor: Operation = {
  operationId: 'showSecondFactor',
  tags: [tag],
  summary: 'Show the second factor',
  description:
    'With the ticket of a sign-in, and one of `code`, `recoveryCode` and `passkey`. A ticket lasts 5 minutes and takes five tries.',
  security: [],
  requestBody: jsonBody(secondFactorBody),
  responses: { 200: signedInAnswer('Signed in.'), ...problems(400, 401, 403, 409, 413, 415, 429) },
}

const askSecondPasskey: Operation = {
  operationId: 'askSecondPasskey',
  tags: [tag],
  summary: 'Ask for a passkey as the second factor',
  description: 'What the browser needs to ask for it. Works once, within 5 minutes, with this ticket.',
  security: [],
  requestBody: jsonBody(ticketBody),
  responses: {
    200: answer('For the browser.', passkeyOptions, limitHeaders),
    ...problems(400, 401, 409, 413, 415, 429),
  },
}

const stepUp: Operation = {
  operationId: 'stepUp',
  tags: [tag],
  summary: 'Prove who you are once more',
  description:
    'One of `password`, `code`, `recoveryCode` and `passkey`: whoever has a second factor shows that. For 15 minutes this session may then do what is sensitive.',
  requestBody: jsonBody(stepUpBody),
  responses: {
    200: answer('The proof is fresh.', object({ until: time }), limitHeaders),
    ...problems(400, 401, 403, 409, 413, 415, 429),
  },
}

const askPasskeyToStepUp: Operation = {
  operationId: 'askPasskeyToStepUp',
  tags: [tag],
  summary: 'Ask for a passkey as a fresh proof',
  description: 'What the browser needs to ask for it.',
  responses: { 200: answer('For the browser.', passkeyOptions, limitHeaders), ...problems(400, 401, 403, 409, 429) },
}

const readFactors: Operation = {
  operationId: 'readFactors',
  tags: [tag],
  summary: 'List your second factors',
  description: 'The oldest first.',
  responses: { 200: answer('All of them.', schemaRef('Factors')), ...problems(400, 401) },
}

const newTotp = object({
  id: uuid,
  secret: string({ description: 'In base32, for who cannot scan the code.' }),
  uri: string({ description: '`otpauth://…`, as apps read it.' }),
  qr: string({ description: 'The same as a QR code: an SVG.' }),
})

const addApp: Operation = {
  operationId: 'addAuthenticatorApp',
  tags: [tag],
  summary: 'Begin to add an app for codes',
  description: 'Time-based codes of six digits (RFC 6238). It counts once one of its codes was confirmed.',
  requestBody: optionalJsonBody(newFactor),
  responses: {
    201: answer('What to tell the app, this once.', newTotp, limitHeaders),
    ...problems(400, 401, 403, 409, 413, 415, 429),
  },
}

const confirmApp: Operation = {
  operationId: 'confirmAuthenticatorApp',
  tags: [tag],
  summary: 'Confirm an app for codes',
  description: 'With one of its codes. Sessions that were begun without a second factor end with the first one.',
  requestBody: jsonBody(confirmedFactor),
  responses: {
    200: answer('It counts.', object({ recoveryCodes: jsonSchema.optional(recoveryCodes) }), limitHeaders),
    ...problems(400, 401, 403, 404, 413, 415, 429),
  },
}

const makeRecoveryCodes: Operation = {
  operationId: 'makeRecoveryCodes',
  tags: [tag],
  summary: 'Make recovery codes anew',
  description: 'The old ones end.',
  responses: {
    201: answer('The new ones.', object({ recoveryCodes }), limitHeaders),
    ...problems(400, 401, 403, 409, 429),
  },
}

const renameFactor: Operation = {
  operationId: 'renameFactor',
  tags: [tag],
  summary: 'Rename one of your factors',
  description: 'The name is for you.',
  requestBody: jsonBody(renamedFactor),
  responses: { 204: emptyAnswer('It is renamed.'), ...problems(400, 401, 404, 413, 415) },
}

const removeFactor: Operation = {
  operationId: 'removeFactor',
  tags: [tag],
  summary: 'Remove one of your factors',
  description:
    'You are told by mail. With the last one the recovery codes go. A passkey that is your last way to sign in stays: 409 `lastWayIn`.',
  responses: { 204: emptyAnswer('It is removed.'), ...problems(400, 401, 403, 404, 409) },
}
