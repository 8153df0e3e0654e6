import { type Client, PlinthError } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { environmentSecret } from '../environment-secret.ts'
import { exitCodes } from '../exit-codes.ts'
import { sessionStorage } from '../session/session-storage.ts'
import { askSecret, askText } from '../terminal/ask.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { clientAt } from './client-at.ts'
import { type ServerOptions, serverUrl } from './server-url.ts'
import { type Credentials, signInWithPassword } from './sign-in-with-password.ts'

/** A client, and by what it is somebody. */
export interface Connected {
  readonly client: Client
  readonly by: 'token' | 'session' | 'password'
}

/** A client for whoever is signed in, or the environment names; asks where that is nobody and somebody is there. */
export async function connect(terminal: Terminal, options: ServerOptions): Promise<Client> {
  const found = await findClient(terminal, options)
  if (found !== null) return found.client
  const url = serverUrl(options)
  if (!terminal.interactive) throw nobody(url)
  const email = process.env['PLINTH_ADMIN_EMAIL'] || (await askText(`E-mail address of an admin of ${url}`))
  const client = await forThisCommand(terminal, url, { email, password: await askSecret('Password') })
  terminal.note('This was for one command: "plinth sign-in" keeps you signed in.')
  return client
}

export const nobody = (url: string): CliError =>
  new CliError(
    `Nobody is signed in at ${url}: run "plinth sign-in", or set PLINTH_TOKEN (or PLINTH_TOKEN_FILE) to an API key, or PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD.`,
    exitCodes.notAllowed,
  )

/** The same without asking; null where it is nobody. */
export async function findClient(terminal: Terminal, options: ServerOptions): Promise<Connected | null> {
  const url = serverUrl(options)
  const token = givenToken()
  if (token !== null) return { client: clientAt(url, { token: checkedToken(token) }), by: 'token' }
  const client = clientAt(url, { storage: sessionStorage(url) })
  if (await isSignedIn(terminal, client)) return { client, by: 'session' }
  const email = process.env['PLINTH_ADMIN_EMAIL']
  const password = environmentSecret('PLINTH_ADMIN_PASSWORD')
  if (!email || password === null) return null
  return { client: await forThisCommand(terminal, url, { email, password }), by: 'password' }
}

/** A client that is nobody. */
export const connectAsGuest = (options: ServerOptions): Client => clientAt(serverUrl(options))

/** The token that goes before every session; null where there is none. */
export const givenToken = (): string | null => environmentSecret('PLINTH_TOKEN') ?? environmentSecret('PLINTH_API_KEY')

/** As the server sees it: where the session has ended there, the environment may still name somebody. */
async function isSignedIn(terminal: Terminal, client: Client): Promise<boolean> {
  if ((await client.auth.ready()) === null) return false
  try {
    await client.auth.me()
    return true
  } catch (error) {
    if (!(error instanceof PlinthError) || error.status !== 401) throw error
    terminal.note(`Your session with ${client.url} has ended.`)
    return false
  }
}

/** Leaves no session behind. */
async function forThisCommand(terminal: Terminal, url: string, credentials: Credentials): Promise<Client> {
  const client = clientAt(url)
  await signInWithPassword(terminal, client, credentials)
  terminal.atEnd(() => client.auth.signOut())
  return client
}

// fetch refuses other characters with an error that repeats the token.
function checkedToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new CliError('PLINTH_TOKEN holds characters that no token has: copy it again.', exitCodes.notAllowed)
}
