import { PlinthError } from '@plinth/sdk'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { clientAt } from '../server/client-at.ts'
import { type ServerOptions, serverUrl } from '../server/server-url.ts'
import { sessionStorage } from '../session/session-storage.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `plinth sign-out` */
export function addSignOutCommand(program: Command, terminal: Terminal): void {
  program
    .command('sign-out')
    .description('end the session of "plinth sign-in", on the server and here')
    .action((_, command: Command) => signOut(terminal, command.optsWithGlobals()))
}

async function signOut(terminal: Terminal, options: ServerOptions): Promise<void> {
  const url = serverUrl(options)
  const storage = sessionStorage(url)
  const signedOut = (await storage.get(url)) !== null
  if (signedOut) await endSession(url)
  terminal.result(
    { server: url, signedOut },
    signedOut ? `You are signed out at ${url}.` : `Nobody was signed in at ${url}.`,
  )
}

/** Forgotten here in any case. */
async function endSession(url: string): Promise<void> {
  try {
    await clientAt(url, { storage: sessionStorage(url) }).auth.signOut()
  } catch (cause) {
    if (!(cause instanceof PlinthError) || cause.status !== 0) throw cause
    throw new CliError(
      `The session is forgotten here, but ${url} did not hear of it: end it there too, in the list of your sessions.`,
      exitCodes.unreachable,
      { cause },
    )
  }
}
