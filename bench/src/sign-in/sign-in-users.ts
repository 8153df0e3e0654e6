import { call } from '../api.ts'
import type { Stage } from '../stage.ts'

export interface SignInUser {
  readonly email: string
}

export const passwordOf = (email: string): string => `the secret of ${email}`

/** Makes so many users who can sign in. */
export async function makeSignInUsers({ plinth, adminToken }: Stage, count: number): Promise<readonly SignInUser[]> {
  const token = await adminToken()
  const users: SignInUser[] = []
  for (let i = 0; i < count; i++) {
    const email = `signs-in-${i}@bench.example`
    // The shape of the answer is the API's promise.
    const made = (await call(plinth.url, token, 'POST', '/api/records/users', { email })) as { readonly id: string }
    await call(plinth.url, token, 'PUT', `/api/admin/users/${made.id}/password`, { password: passwordOf(email) })
    users.push({ email })
  }
  return users
}
