import { type Client, createClient, PlinthError } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { environmentSecret } from '../environment-secret.ts'
import { exitCodes } from '../exit-codes.ts'
import { askSecret, askText } from '../terminal/ask.ts'
import type { Terminal } from '../terminal/terminal.ts'

// Somebody waits at a terminal: a server that is away is told of soon.
const retries = 1

interface Credentials {
  readonly email: string
  readonly password: string
}

export interface ServerOptions {
  readonly url?: string
}

/** Where the server is: `--url`, else `PLINTH_URL`, else this machine. */
export function serverUrl({ url }: ServerOptions): string {
  const given = url ?? (process.env['PLINTH_URL'] || 'http://localhost:8090')
  const address = URL.parse(given)
  if (address !== null && /^https?:$/.test(address.protocol)) return given.replace(/\/+$/, '')
  throw new CliError(`"${given}" is no address: write it as http://localhost:8090.`, exitCodes.usage)
}

/** A client for whoever the environment names; asks where it names nobody and somebody is there. */
export async function connect(terminal: Terminal, options: ServerOptions): Promise<Client> {
  const url = serverUrl(options)
  const token = environmentSecret('PLINTH_TOKEN') ?? environmentSecret('PLINTH_API_KEY')
  if (token !== null) return createClient(url, { token: checkedToken(token), retries })
  const client = createClient(url, { retries })
  await signIn(terminal, client, await findCredentials(terminal, url))
  // A command leaves no session behind.
  terminal.atEnd(() => client.auth.signOut())
  return client
}

/** With the second factor of an account that has one: only a person at the terminal can show it. */
async function signIn(terminal: Terminal, client: Client, credentials: Credentials): Promise<void> {
  try {
    await client.auth.signIn(credentials)
  } catch (error) {
    const ticket = error instanceof PlinthError && error.code === 'mfaRequired' ? error.details['ticket'] : undefined
    if (typeof ticket !== 'string') throw error
    if (!terminal.interactive)
      throw new CliError(
        `${credentials.email} has a second factor, which nobody is there to show: set PLINTH_TOKEN to an API key instead.`,
        exitCodes.notAllowed,
      )
    const code = await askText('The six digits of your authenticator app')
    await client.auth.signInWithFactor(ticket, { code: code.trim() })
  }
}

/** A client that is nobody. */
export const connectAsGuest = (options: ServerOptions): Client => createClient(serverUrl(options), { retries })

async function findCredentials(terminal: Terminal, url: string): Promise<Credentials> {
  const email = process.env['PLINTH_ADMIN_EMAIL']
  const password = environmentSecret('PLINTH_ADMIN_PASSWORD')
  if (email && password !== null) return { email, password }
  if (!terminal.interactive)
    throw new CliError(
      'Nobody is signed in: set PLINTH_TOKEN (or PLINTH_TOKEN_FILE) to an API key with the role "admin", or PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD.',
      exitCodes.notAllowed,
    )
  const address = email || (await askText(`E-mail address of an admin of ${url}`))
  return { email: address, password: await askSecret('Password') }
}

// fetch refuses other characters with an error that repeats the token.
function checkedToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new CliError('PLINTH_TOKEN holds characters that no token has: copy it again.', exitCodes.notAllowed)
}
