import { answer, type Json, ref, schemaRef } from './document.ts'

/** What answers carry where tries are counted. */
export const limitHeaders: Json = {
  'RateLimit-Policy': ref('headers', 'RateLimit-Policy'),
  RateLimit: ref('headers', 'RateLimit'),
}

/** A session: every way to sign in answers in the same way. */
export const signedInAnswer = (description: string, headers: Json = limitHeaders): Json =>
  answer(description, schemaRef('SignedIn'), { 'Set-Cookie': ref('headers', 'Set-Cookie'), ...headers })
