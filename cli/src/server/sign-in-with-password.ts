import { type Client, PlinthError, type User } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { askSecondFactor } from './ask-proof.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
}

/** Signs in, with the second factor of an account that has one: only a person at the terminal can show it. */
export async function signInWithPassword(terminal: Terminal, client: Client, credentials: Credentials): Promise<User> {
  try {
    return await client.auth.signIn(credentials)
  } catch (error) {
    const { ticket, factors } = ticketOf(error)
    if (ticket === null) throw error
    if (terminal.interactive) return showSecondFactor(terminal, client, ticket, factors)
    throw new CliError(
      `${credentials.email} has a second factor, which nobody is there to show: set PLINTH_TOKEN to an API key instead.`,
      exitCodes.notAllowed,
    )
  }
}

function ticketOf(error: unknown): { readonly ticket: string | null; readonly factors: readonly string[] } {
  const { ticket, factors } = error instanceof PlinthError && error.code === 'mfaRequired' ? error.details : {}
  return {
    ticket: typeof ticket === 'string' ? ticket : null,
    factors: Array.isArray(factors) ? factors : [],
  }
}

/** As often as the server lets them try. */
async function showSecondFactor(
  terminal: Terminal,
  client: Client,
  ticket: string,
  factors: readonly string[],
): Promise<User> {
  for (;;) {
    const proof = await askSecondFactor(factors)
    try {
      return await client.auth.signInWithFactor(ticket, proof)
    } catch (error) {
      if (!(error instanceof PlinthError) || error.code !== 'wrongSecondFactor') throw error
      terminal.note(error.message)
    }
  }
}
