import { jsonSchema } from '@plinth/schema'
import { anonymousBody, confirmBody, signUpBody, upgradeBody } from '../../routes/registration.ts'
import { answer, type Json, jsonBody, type Operation, optionalJsonBody, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders, signedInAnswer } from '../sign-in-answers.ts'

const tag = 'Registration'

/** Below `/api/auth`: becoming a user. */
export const registrationSection = (): Section => ({
  tag: { name: tag, description: 'Becoming a user, as far as the settings of this Plinth let people.' },
  paths: {
    '/api/auth/sign-up': { post: signUp },
    '/api/auth/sign-up/confirm': { post: confirmSignUp },
    '/api/auth/anonymous': { post: signInAnonymously },
    '/api/auth/upgrade': { post: upgradeUser },
  },
  schemas: {},
})

const mailSent = (): Json =>
  answer(
    'A mail is on its way. The same answer for every address.',
    jsonSchema.object({ status: { type: 'string', const: 'confirmationSent' } }),
    limitHeaders,
  )

const signUp: Operation = {
  operationId: 'signUp',
  tags: [tag],
  summary: 'Sign up',
  description:
    'Sends a link, and makes no user before it is opened. Besides these members, the fields of `users` that a new user may write.',
  security: [],
  requestBody: jsonBody(signUpBody),
  responses: { 202: mailSent(), ...problems(400, 403, 409, 413, 415, 429) },
}

const confirmSignUp: Operation = {
  operationId: 'confirmSignUp',
  tags: [tag],
  summary: 'Finish a registration',
  description: 'With the token of the link, and the password that was chosen. Also finishes an upgrade.',
  security: [],
  requestBody: jsonBody(confirmBody),
  responses: {
    200: signedInAnswer('An upgraded user who has a second factor: it has to be shown.'),
    201: signedInAnswer('Signed in as the new user.'),
    ...problems(400, 403, 409, 413, 415, 429),
  },
}

const signInAnonymously: Operation = {
  operationId: 'signInAnonymously',
  tags: [tag],
  summary: 'Become a user without an address',
  description: 'As good as its session, until it is upgraded. Where the settings allow it.',
  security: [],
  requestBody: optionalJsonBody(anonymousBody),
  responses: { 201: signedInAnswer('Signed in as a user of your own.'), ...problems(400, 403, 413, 415, 429) },
}

const upgradeUser: Operation = {
  operationId: 'upgradeUser',
  tags: [tag],
  summary: 'Give an anonymous user an address',
  description: 'Sends a link, which is confirmed as for a registration. All that is theirs stays theirs.',
  requestBody: jsonBody(upgradeBody),
  responses: { 202: mailSent(), ...problems(400, 401, 403, 409, 413, 415, 429) },
}
