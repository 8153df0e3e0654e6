import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDebianPackage } from '../../scripts/debian-package.mjs'

export interface ScratchRedis {
  readonly url: string
  /** Ends it as a crash would, and starts it again: it has forgotten everything. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const program = 'redis-server'

/** A Redis for one test file, which keeps nothing. */
export async function startScratchRedis(): Promise<ScratchRedis> {
  if (!(await ensureDebianPackage(program)))
    throw new Error('This test needs a Redis: install redis-server, or run as root.')
  const folder = await mkdtemp(join(tmpdir(), 'plinth-redis-'))
  const port = await freePort()
  let running = await startRedis(port, folder)
  return {
    url: `redis://127.0.0.1:${port}/0`,
    restart: async () => {
      await running.kill()
      running = await startRedis(port, folder)
    },
    stop: async () => {
      await running.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startRedis(port: number, folder: string): Promise<{ kill(): Promise<void> }> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    let printed = ''
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.includes('Ready to accept connections')) resolve()
    })
    exit.then(() => reject(new Error(`Redis has ended:\n${printed}`)), reject)
  })
  return {
    kill: async () => {
      server.kill('SIGKILL')
      await exit
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
