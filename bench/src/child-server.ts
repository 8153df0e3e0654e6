import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ChildServer {
  readonly url: string
  readonly pid: number
  /** Sends a message, and answers the next that comes back. */
  ask(message: object): Promise<unknown>
  stop(): Promise<void>
  /** Ends it as a power failure would. */
  kill(): Promise<void>
}

/** Starts a server as a process of its own and waits for the line in which it says where it listens. */
export async function startChildServer(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ChildServer> {
  // Nothing but what is given: the variables of whoever runs this must not change what is measured.
  const env = { PATH: process.env['PATH'], ...environment }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  return {
    url: await addressOf(child),
    pid: child.pid ?? 0,
    ask: async (message) => {
      const answered = once(child, 'message')
      child.send(message)
      return (await answered)[0]
    },
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      // Lines of the log may hold addresses, too.
      const url = / is ready at (http:\/\/[\w.:[\]]*\w)\b[^\n]*\n/.exec(printed)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`A server ended with code ${code} before it listened.\n${printed}`)))
  })
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
