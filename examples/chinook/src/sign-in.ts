import { type Api, apiAt } from './api.ts'
import { ImportProblem } from './import-problem.ts'

const howTo = `Say who imports, by environment variables:
  PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD   the admin's address and password, or
  PLINTH_API_KEY                                 an API key with the role "admin"`

/** The API as the admin whom the environment names. */
export async function signIn(environment: NodeJS.ProcessEnv): Promise<Api> {
  const url = addressIn(environment['PLINTH_URL'] ?? 'http://localhost:8090')
  const key = environment['PLINTH_API_KEY']
  if (key) return apiAt(url, checked(key))
  const email = environment['PLINTH_ADMIN_EMAIL']
  const password = environment['PLINTH_ADMIN_PASSWORD']
  if (!email || !password) throw new ImportProblem(howTo)
  // The shape is the API's promise.
  const { accessToken } = (await apiAt(url, null).send('POST', '/api/auth/sign-in', { email, password })) as SignedIn
  return apiAt(url, accessToken)
}

interface SignedIn {
  readonly accessToken: string
}

function checked(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new ImportProblem('PLINTH_API_KEY holds characters that no key has: copy it again.')
}

function addressIn(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '')
  throw new ImportProblem(`PLINTH_URL is not an address: "${text}". Write it as http://localhost:8090.`)
}
