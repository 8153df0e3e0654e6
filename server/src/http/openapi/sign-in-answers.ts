import { answer, type Json, ref, schemaRef } from './document.ts'

/** What answers carry where tries are counted. */
export const limitHeaders: Json = {
  'RateLimit-Policy': ref('headers', 'RateLimit-Policy'),
  RateLimit: ref('headers', 'RateLimit'),
}

const setCookie: Json = { 'Set-Cookie': ref('headers', 'Set-Cookie') }

/** A session, or a ticket for who has a second factor: every way to sign in answers in the same way. */
export const signedInAnswer = (description: string, headers: Json = limitHeaders): Json =>
  answer(description, schemaRef('SignInAnswer'), { ...setCookie, ...headers })

/** A session alone. */
export const sessionAnswer = (description: string): Json =>
  answer(description, schemaRef('SignedIn'), { ...setCookie, ...limitHeaders })
