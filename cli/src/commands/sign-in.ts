import { stdin } from 'node:process'
import { text } from 'node:stream/consumers'
import type { SessionStorage } from '@plinth/sdk'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { clientAt } from '../server/client-at.ts'
import { givenToken } from '../server/connect.ts'
import { isUnencrypted, type ServerOptions, serverUrl } from '../server/server-url.ts'
import { type Credentials, signInWithPassword } from '../server/sign-in-with-password.ts'
import { sessionStorage } from '../session/session-storage.ts'
import { askSecret, askText } from '../terminal/ask.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface SignInOptions extends ServerOptions {
  readonly passwordStdin?: true
}

/** `plinth sign-in` */
export function addSignInCommand(program: Command, terminal: Terminal): void {
  program
    .command('sign-in')
    .description('sign in at a server, for all commands until "plinth sign-out"')
    .argument('[email]', 'who you are; asked for where it is left out')
    .option('--password-stdin', 'read the password from standard input')
    .action((email: string | undefined, _, command: Command) => signIn(terminal, command.optsWithGlobals(), email))
}

async function signIn(terminal: Terminal, options: SignInOptions, email: string | undefined): Promise<void> {
  const url = serverUrl(options)
  const storage = sessionStorage(url)
  // What is wrong with its place is told before anybody types a password.
  const before = await storage.oneAtATime(url, async () => storage.get(url))
  if (isUnencrypted(url)) terminal.note(`${url} is not encrypted: your password can be read on the way.`)
  const credentials = await readCredentials(terminal, options, url, email)
  const user = await signInWithPassword(terminal, clientAt(url, { storage }), credentials)
  if (before !== null) await endSession(url, before)
  if (givenToken() !== null) terminal.note('PLINTH_TOKEN is set here: as long as it is, it goes before your session.')
  terminal.result({ server: url, user }, `You are signed in at ${url} as ${user.email}.`)
}

async function readCredentials(
  terminal: Terminal,
  { passwordStdin }: SignInOptions,
  url: string,
  given: string | undefined,
): Promise<Credentials> {
  if (!terminal.interactive && (given === undefined || !passwordStdin))
    throw new CliError(
      'Nobody is there to be asked: run "plinth sign-in <email> --password-stdin", or set PLINTH_TOKEN to an API key.',
      exitCodes.usage,
    )
  const email = given ?? (await askText(`E-mail address at ${url}`, process.env['PLINTH_ADMIN_EMAIL']))
  return { email, password: passwordStdin ? (await text(stdin)).replace(/\r?\n$/, '') : await askSecret('Password') }
}

/** The one that has been replaced; whether the server hears of it has no bearing on the new one. */
async function endSession(url: string, session: string): Promise<void> {
  const storage: SessionStorage = { get: () => session, set: () => {} }
  await clientAt(url, { storage })
    .auth.signOut()
    .catch(() => undefined)
}
