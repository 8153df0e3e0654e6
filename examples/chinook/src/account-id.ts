import { recordId } from './record-id.ts'

/** The id of the user with this address; null for an address beyond ASCII, which nobody can sign in with. */
export const accountId = (email: string): string | null =>
  /^[\x21-\x7e]+$/.test(email) ? recordId('users', email) : null
