import { fileURLToPath } from 'node:url'
import type { ChildServer } from '../child-server.ts'

/** Kilobytes. */
export interface Memory {
  /** What JavaScript and its buffers hold after a garbage collection. */
  readonly used: number
  /** What the operating system has given. */
  readonly resident: number
}

/** Arguments of Node for a server whose memory is asked for. New objects get as much room as `npm start` gives them. */
export const memoryArguments: readonly string[] = [
  '--expose-gc',
  '--max-semi-space-size=8',
  '--import',
  fileURLToPath(new URL('memory-reporter.ts', import.meta.url)),
]

export async function memoryOf(server: Pick<ChildServer, 'ask'>): Promise<Memory> {
  // `memory-reporter.ts` answers in bytes.
  const { used, resident } = (await server.ask({})) as Memory
  return { used: used / 1024, resident: resident / 1024 }
}

/** What each of so many more sockets has taken. */
export const memoryEach = (before: Memory, after: Memory, sockets: number): Memory => ({
  used: (after.used - before.used) / sockets,
  resident: (after.resident - before.resident) / sockets,
})
