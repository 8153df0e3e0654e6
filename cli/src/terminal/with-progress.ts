import { spinner } from '@clack/prompts'
import type { Terminal } from './terminal.ts'

/** Shows that something goes on, and for how long, while it does. */
export async function withProgress<T>(terminal: Terminal, message: string, work: () => Promise<T>): Promise<T> {
  if (!terminal.interactive) return work()
  const progress = spinner({ indicator: 'timer', output: process.stderr })
  progress.start(message)
  try {
    const result = await work()
    progress.stop(message)
    return result
  } catch (error) {
    // What went wrong is said by whoever knows what that means.
    progress.clear()
    throw error
  }
}
