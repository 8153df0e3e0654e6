import { errors } from '@plinth/schema'

// No mail can be sent to it: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
export const placeholderDomain = '@anonymous.invalid'

/** The address of a user who has none yet, since each user has one of their own. */
export const placeholderAddress = (userId: string): string => userId + placeholderDomain

export const isPlaceholder = (email: string): boolean => email.toLowerCase().endsWith(placeholderDomain)

/** @throws Problem invalidBody for an address that would make its user look as if they had none */
export function refusePlaceholder(email: string): void {
  if (!isPlaceholder(email)) return
  throw errors.invalidBody({ errors: [{ path: '/email', code: 'format', message: 'Must be an e-mail address.' }] })
}
