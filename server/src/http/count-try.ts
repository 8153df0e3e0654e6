import { errors, Problem } from '@plinth/schema'
import type { Attempt } from '../auth/limits/count-try.ts'
import type { LimitName } from '../auth/limits/limits.ts'
import type { Auth } from '../auth/open-auth.ts'
import type { HttpRequest, HttpResponse } from './http-request.ts'

/**
 * Counts a try at one of the ways in, and says so in the answer's `RateLimit` headers. `account` is the address or the id
 * that it is about, whether or not there is such an account.
 *
 * @throws Problem tooManyRequests
 */
export async function countTry(
  req: HttpRequest,
  res: HttpResponse,
  auth: Pick<Auth, 'countTry'>,
  name: LimitName,
  account?: string,
): Promise<Attempt> {
  const attempt = await auth.countTry(name, { address: req.clientAddress, ...(account !== undefined && { account }) })
  for (const [header, value] of Object.entries(attempt.headers)) res.setHeader(header, value)
  const { retryAfter } = attempt
  if (retryAfter !== null) throw errors.tooManyRequests({ seconds: retryAfter }, { extra: { retryAfter } })
  return attempt
}

/** Does what a try was counted for. Who was right takes the try back, and so does whose password was not even looked at. */
export async function asTry<T>(attempt: Pick<Attempt, 'succeeded'>, work: () => Promise<T>): Promise<T> {
  const done = await work().catch(async (error: unknown) => {
    if (error instanceof Problem && error.code === 'tooManyPasswords') await attempt.succeeded()
    throw error
  })
  await attempt.succeeded()
  return done
}
