import { Problem } from '@plinth/schema'

/** Whether a user was not made because the address is another's. */
export const isTakenAddress = (error: unknown): error is Problem =>
  error instanceof Problem &&
  (error.code === 'addressTaken' || (error.code === 'notUnique' && error.message.includes('"email"')))
