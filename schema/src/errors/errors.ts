import { defineErrors } from './problem.ts'

/** Every error a caller can get: code, HTTP status, and a sentence that says what to do. Codes never change. */
export const errorCatalogue = {
  // Requests
  badRequest: [400, '{reason}'],
  invalidJson: [400, 'The body is not valid JSON: {reason}'],
  invalidBody: [400, 'The body does not fit: see "errors".'],
  bodyTooLarge: [413, 'The body is larger than {limit} bytes.'],
  unsupportedMediaType: [415, 'Send the body as {type}.'],
  unsupportedEncoding: [415, 'Send the body uncompressed, without Content-Encoding.'],
  headersTooLarge: [431, 'The address and the headers of this request are larger than {limit} bytes together.'],
  requestTooSlow: [408, 'The request did not arrive in time. Send it again.'],
  tooManyRequests: [429, 'Too many tries. Wait {seconds} s, then try again.'],
  tooManyPasswords: [429, 'Too many people are signing in at this moment. Try again in {seconds} s.'],
  unknownParameter: [400, 'Unknown query parameter "{name}".{suggestion}'],
  invalidParameter: [400, 'Query parameter "{name}": {reason}'],
  routeNotFound: [404, 'There is nothing at {method} {path}.'],
  methodNotAllowed: [405, '{path} does not answer {method}; it answers {allowed}.'],
  internal: [500, 'Something went wrong on our side. Quote the request id when you report it.'],
  answerTooLarge: [400, 'The answer would be larger than {limit} bytes. Ask for less at once.'],
  tooManyLargeAnswers: [503, 'Too many large answers wait to be read. Ask for less at once, or try again shortly.'],
  unavailable: [503, 'The database cannot be reached at the moment. Try again shortly.'],
  timeout: [503, 'The request took longer than {seconds} s and was stopped. Ask for less at once, or add an index.'],

  // Who is asking
  notSignedIn: [401, 'This needs a signed-in user or an API key.'],
  invalidToken: [401, 'The access token or API key is not valid, or has expired. Sign in again.'],
  wrongCredentials: [401, 'The e-mail address or the password is wrong.'],
  invalidRefreshToken: [401, 'This session has ended. Sign in again.'],
  userBlocked: [403, 'This account is blocked.'],
  sessionNotFound: [404, 'There is no session {id} that goes on.'],
  crossSite: [403, 'A page of another site may not do this with cookies. Send an access token instead.'],
  viewOnly: [403, 'Who views as another changes nothing.'],
  registrationClosed: [403, 'Nobody can sign up here by themselves. Ask for an invitation.'],
  invalidInvite: [403, 'This invitation is not valid, or has expired. Ask for a new one.'],
  signUpLinkInvalid: [403, 'This link or the password is not right, or the link has expired. Sign up again.'],
  notAnonymous: [409, 'This account has an address already.'],
  linkInvalid: [403, 'This link is not valid, was used already, or has expired. Ask for a new one.'],
  wrongCode: [401, 'This code is wrong or has expired. After five tries you need a new one.'],
  mfaEnrolmentRequired: [
    403,
    'A role of yours needs a second factor. Add one at POST /api/auth/factors/totp or with a passkey, then try again.',
  ],
  stepUpRequired: [
    403,
    'This needs a fresh proof of who you are: POST /api/auth/step-up with one of "methods", or sign in again; then send the request once more.',
  ],
  mfaTicketInvalid: [401, 'This sign-in has taken too long or too many tries. Begin again.'],
  wrongSecondFactor: [401, 'This code or passkey is not right, or was used before. Use the next code.'],
  secondFactorNeeded: [
    400,
    'You have a second factor, so a password is too little: send "code", "recoveryCode" or "passkey".',
  ],
  factorNotFound: [404, 'You have no second factor {id}.'],
  noSecondFactor: [409, 'Recovery codes stand in for a second factor, and you have none. Add one first.'],
  tooManyFactors: [409, 'You have {count} of these already. Remove one first.'],
  passkeyInvalid: [401, 'This passkey cannot be used here. Begin again, or use another way to sign in.'],
  passkeyKnown: [409, 'This passkey is registered already.'],
  passkeysUnavailable: [
    409,
    'Passkeys need an address with a name: set PLINTH_PUBLIC_URL to https://… (or http://localhost for trying out).',
  ],
  addressTaken: [409, 'Another account has this e-mail address.'],
  inviteNotFound: [404, 'There is no open invitation {id}.'],
  mailTemplateNotFound: [404, 'There is no mail "{name}" in the language "{language}".{suggestion}'],
  providerNotFound: [404, 'There is no provider "{name}", or it is switched off.'],
  providerFailed: [
    502,
    'The provider "{name}" could not be used. Try again, or sign in in another way. An admin finds the reason in the audit trail.',
  ],
  providerDenied: [
    403,
    'You have not agreed at the provider, or it has refused you. Try again, or sign in in another way.',
  ],
  redirectNotAllowed: [
    400,
    '"redirectTo" is none of the addresses in PLINTH_REDIRECT_URLS. It has to be the same, character by character.',
  ],
  attemptInvalid: [
    400,
    'This sign-in has expired, was finished already, or was begun in another browser. Go back to where you began, and try again.',
  ],
  exchangeInvalid: [
    403,
    'This code or its verifier is not valid, was used already, or has expired. Begin the sign-in again.',
  ],
  addressUnproven: [
    409,
    'There is an account with your address, which nobody has confirmed yet. Sign in to it by a link or a code that is sent to you by mail, then add this provider to it.',
  ],
  identityTaken: [409, 'This account at "{provider}" belongs to another user here. Sign out, and sign in with it.'],
  identityNotFound: [404, 'You have no way to sign in with the id {id}.'],
  lastWayIn: [409, 'Without this you could not sign in again. Set a password, or add a passkey or a provider first.'],
  setupLinkInvalid: [403, 'This set-up link is not valid, or has expired. Restart Plinth to get a new one.'],
  setupDone: [409, 'There is an admin already. Sign in instead.'],
  userNotFound: [404, 'There is no user {id}.'],
  versionNotFound: [404, 'The schema has had no version {version}.'],
  keyNotFound: [404, 'There is no API key {id}.'],
  adminOnly: [403, 'Only an admin may do this.'],
  forbidden: [403, 'You may not {action} this record in "{collection}".'],

  // Records
  collectionNotFound: [404, 'There is no collection "{collection}", or you may not see it.'],
  recordNotFound: [404, 'No record {id} in "{collection}", or you may not see it.'],
  readOnlyCollection: [405, '"{collection}" is a view: it can be read, not written.'],
  invalidExpression: [400, '{reason}'],
  invalidCursor: [400, 'This cursor is not valid here. Start again without it.'],
  notUnique: [409, 'Another record in "{collection}" has the same {fields}.'],
  stillReferenced: [409, 'This record of "{collection}" is still used by other records, so it cannot be deleted.'],
  revisionMismatch: [
    412,
    'The record was changed by someone else since you read it (revision {rev} is no longer current).',
  ],
  preconditionFailed: [412, 'The record in "{collection}" is {state}, which your request ruled out. Nothing was done.'],
  viewFailed: [
    422,
    'A view that this request reads cannot be worked out: its SQL fails on some of the data. An admin has to mend it.',
  ],
  filterRequired: [400, 'Say which records with "filter". To mean all of them, send filter=true.'],
  conflict: [409, 'Another request changed the same records at the same moment. Send the request again.'],

  // Realtime
  unknownMessage: [404, 'There is no message "{name}".{suggestion}'],
  resyncRequired: [
    410,
    'Changes since this cursor can no longer be told one by one. Read the records again, and subscribe without a cursor.',
  ],
  subscriptionNotFound: [404, 'There is no subscription "{subscription}" on this connection.'],
  tooManySubscriptions: [
    429,
    'A connection may have {limit} subscriptions. End some first, or open another connection.',
  ],
  liveQueryNotFound: [404, 'There is no live query "{live}" on this connection.'],
  tooManyLiveQueries: [429, 'A connection may have {limit} live queries. End some first, or open another connection.'],
  notLogged: [
    405,
    '"{collection}" is a view, and views cannot be subscribed to. Subscribe to the collections it is made of.',
  ],
  tooSlow: [503, 'This client takes its events too slowly. Take those that wait, then ask again.'],
  // Imports and exports
  importFailed: [422, 'Nothing was imported, because {failed} of {rows} rows cannot be: see "errors".'],
  importMalformed: [400, 'Nothing was imported: line {line} cannot be read: {reason}'],
  rowTooLarge: [413, 'Nothing was imported: the row at line {line} is larger than {limit} bytes.{hint}'],
  tooManyTransfers: [429, 'Too many imports and exports are running. Try again in {seconds} s.'],

  // Batches and idempotency
  batchFailed: [422, 'Operation {index} failed, so nothing was done.'],
  unexpectedCount: [409, 'Expected {expected} records, but {actual} were affected. Nothing was done.'],
  idempotencyKeyReused: [
    422,
    'This Idempotency-Key was used for a different request. Use a new key for a new request.',
  ],
  idempotencyKeyElsewhere: [
    409,
    'A guest on another network has used this Idempotency-Key, so nothing was done. If that was you, look whether your first request was; for a new request use a new key.',
  ],
  idempotencyInProgress: [409, 'The first request with this Idempotency-Key is still running. Try again shortly.'],

  // Channels
  channelNotFound: [404, 'There is no channel "{channel}", or you may not join it.'],
  notJoined: [409, 'You are not in the channel "{channel}". Join it first.'],
  forbiddenInChannel: [403, 'You may not {action} in the channel "{channel}".'],
  tooManyChannels: [429, 'A connection joins {limit} channels at most. Leave one first.'],
  payloadTooLarge: [413, 'What you send is larger than {limit} bytes of JSON.'],

  // The schema
  invalidSchema: [400, 'The schema has faults: see "errors". Nothing was changed.'],
  schemaChanged: [
    409,
    'The schema is at version {current}, not {base}: someone changed it meanwhile. Make a new plan.',
  ],
  planBlocked: [409, 'Existing data is in the way: see "steps" for the rows to mend. Nothing was changed.'],
  planNotAccepted: [409, 'These steps lose data and were not accepted by name: {steps}. Nothing was changed.'],
  planFailed: [409, 'PostgreSQL refused a step: {reason} Nothing was changed.'],
} as const satisfies Readonly<Record<string, readonly [status: number, sentence: string]>>

/** Makes the problems of the catalogue: `throw errors.recordNotFound({ id, collection })`. */
export const errors = defineErrors(errorCatalogue)
