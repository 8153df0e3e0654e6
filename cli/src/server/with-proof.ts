import { type Client, PlinthError } from '@plinth/sdk'
import type { Terminal } from '../terminal/terminal.ts'
import { askProof } from './ask-proof.ts'

/** Does what needs a fresh proof of who asks: a session that is kept may be older. Where it is, the person is asked. */
export async function withProof<T>(terminal: Terminal, client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const methods = missingProof(error)
    if (methods === null || methods.length === 0 || !terminal.interactive) throw error
    terminal.note('You signed in a while ago, and this needs you to prove once more who you are.')
    await client.auth.stepUp(await askProof(methods))
    return work()
  }
}

/** By what it can be given; null where that is not what is missing. */
function missingProof(error: unknown): readonly string[] | null {
  if (!(error instanceof PlinthError) || error.code !== 'stepUpRequired') return null
  const { methods } = error.details
  return Array.isArray(methods) ? methods : []
}
