import { jsonSchema } from '@plinth/schema'
import {
  acceptedInvite,
  askedByAddress,
  askedEmail,
  confirmedReset,
  openedLink,
  redeemedToken,
  triedCode,
} from '../../routes/by-mail.ts'
import { answer, emptyAnswer, type Json, jsonBody, type Operation, type PathItem, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { limitHeaders, signedInAnswer } from '../sign-in-answers.ts'

const tag = 'Sign-in by mail'
const { object, string } = jsonSchema

/** Below `/api/auth`: the ways in by mail. */
export const byMailSection = (): Section => ({
  tag: { name: tag, description: 'Links and codes. What is asked for by address answers the same for every address.' },
  paths: {
    '/api/auth/magic-link': asked('askForMagicLink', 'Ask for a link to sign in', 'It works once, for 15 minutes.'),
    '/api/auth/magic-link/sign-in': { post: signInByLink },
    '/api/auth/code': { post: askForCode },
    '/api/auth/code/sign-in': { post: signInByCode },
    '/api/auth/reset': asked(
      'askForReset',
      'Ask for a link to choose a new password',
      'It works once, for 30 minutes.',
    ),
    '/api/auth/reset/confirm': { post: resetPassword },
    '/api/auth/verify-email/request': asked(
      'askForVerification',
      'Ask for a link to verify an address',
      'It works once, for 30 minutes.',
    ),
    '/api/auth/verify-email': { post: verifyEmail },
    '/api/auth/email': { post: askForEmailChange },
    '/api/auth/email/confirm': { post: changeEmail },
    '/api/auth/invite/accept': { post: acceptInvite },
  },
  schemas: {},
})

const mailAsked = (schema: Json = object({})): Json =>
  answer('Noted. If there is such an account, a mail is on its way.', schema, limitHeaders)

/** Sends a link to whoever has this address. */
function asked(operationId: string, summary: string, description: string): PathItem {
  return {
    post: {
      operationId,
      tags: [tag],
      summary,
      description,
      security: [],
      requestBody: jsonBody(askedByAddress),
      responses: { 202: mailAsked(), ...problems(400, 413, 415, 429) },
    },
  }
}

const signInByLink: Operation = {
  operationId: 'signInByLink',
  tags: [tag],
  summary: 'Sign in with a link',
  description: 'With the token of the link.',
  security: [],
  requestBody: jsonBody(openedLink),
  responses: { 200: signedInAnswer('Signed in.'), ...problems(400, 403, 413, 415, 429) },
}

const ticket = string({ description: 'Without it the code opens nothing. Keep it where the code is typed.' })
const askForCode: Operation = {
  operationId: 'askForCode',
  tags: [tag],
  summary: 'Ask for a code to sign in',
  description: 'Six digits, for 10 minutes and five tries.',
  security: [],
  requestBody: jsonBody(askedByAddress),
  responses: { 202: mailAsked(object({ ticket })), ...problems(400, 413, 415, 429) },
}

const signInByCode: Operation = {
  operationId: 'signInByCode',
  tags: [tag],
  summary: 'Sign in with a code',
  description: 'With the code of the mail, and the ticket that was answered to who asked for it.',
  security: [],
  requestBody: jsonBody(triedCode),
  responses: { 200: signedInAnswer('Signed in.'), ...problems(400, 401, 403, 413, 415, 429) },
}

const resetPassword: Operation = {
  operationId: 'resetPassword',
  tags: [tag],
  summary: 'Choose a new password',
  description: 'With the token of the link. Ends all sessions.',
  security: [],
  requestBody: jsonBody(confirmedReset),
  responses: { 204: emptyAnswer('It is changed.', limitHeaders), ...problems(400, 403, 413, 415, 429) },
}

const verifyEmail: Operation = {
  operationId: 'verifyEmail',
  tags: [tag],
  summary: 'Verify an address',
  description: 'With the token of the link.',
  security: [],
  requestBody: jsonBody(redeemedToken),
  responses: { 204: emptyAnswer('It is verified.', limitHeaders), ...problems(400, 403, 413, 415, 429) },
}

const askForEmailChange: Operation = {
  operationId: 'askForEmailChange',
  tags: [tag],
  summary: 'Ask for another address',
  description: 'Both addresses are told; the link for the new one works for 30 minutes.',
  requestBody: jsonBody(askedEmail),
  responses: { 202: mailAsked(), ...problems(400, 401, 403, 413, 415, 429) },
}

const changeEmail: Operation = {
  operationId: 'changeEmail',
  tags: [tag],
  summary: 'Use another address',
  description: 'With the token of the link.',
  security: [],
  requestBody: jsonBody(redeemedToken),
  responses: { 204: emptyAnswer('It is changed.', limitHeaders), ...problems(400, 403, 409, 413, 415, 429) },
}

const acceptInvite: Operation = {
  operationId: 'acceptInvite',
  tags: [tag],
  summary: 'Accept an invitation',
  description:
    'With the token of the link, and a password of your choice. Besides these members, the fields of `users` that who is invited may write.',
  security: [],
  requestBody: jsonBody(acceptedInvite),
  responses: { 200: signedInAnswer('Signed in as the new user.'), ...problems(400, 403, 409, 413, 415, 429) },
}
