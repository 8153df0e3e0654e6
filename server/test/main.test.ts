import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

const main = join(import.meta.dirname, '../src/main.ts')

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

interface Plinth {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  output(): string
  /** Waits until the output has this, and answers what the pattern found. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function plinth(environment: Readonly<Record<string, string>>): Plinth {
  const env = { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', DATABASE_URL: db.url, ...environment }
  const child = spawn(process.execPath, ['--conditions=source', main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  return {
    child,
    ended: once(child, 'close').then(([code]) => code),
    output: () => output,
    says: async (pattern) => {
      await expect.poll(() => output, { timeout: 20_000 }).toMatch(pattern)
      return pattern.exec(output) ?? expect.fail()
    },
  }
}

describe('the process', () => {
  test('says where it is and how to begin, and ends cleanly when asked to', async () => {
    const { child, ended, says } = plinth({})
    const [, url] = await says(/Plinth is ready at (http:\/\/127\.0\.0\.1:\d+) \(\d+\.\d s\)\./)
    await says(/http:\/\/127\.0\.0\.1:\d+\/setup#token=[\w-]{43}\n/)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    await expect(fetch(`${url}/health/ready`)).rejects.toThrow()
  })

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'nothing listens',
      { DATABASE_URL: 'postgres://a:hush@127.0.0.1:1/x' },
      /^Cannot use PostgreSQL at 127\.0\.0\.1:1: nothing listens there\..*\n$/,
    ],
    [
      'settings are wrong',
      { PORT: 'x', PLINTH_POOL_SIZE: '0' },
      /^The configuration is wrong:\n- PORT .*\n- PLINTH_POOL_SIZE .*\n$/,
    ],
    ['the address is not ours', { HOST: '203.0.113.1' }, /^This machine has no address 203\.0\.113\.1: .*\n$/],
  ])('ends with a sentence where %s', async (_name, environment, sentence) => {
    const { ended, output } = plinth(environment)
    expect(await ended).toBe(1)
    expect(output()).toMatch(sentence)
    expect(output()).not.toContain('hush')
  })

  test('starts workers as one: one address, one link, and a clean end', async () => {
    const { child, ended, output, says } = plinth({ PLINTH_WORKERS: '2' })
    const [, url] = await says(/Plinth is ready at (http:\/\/127\.0\.0\.1:\d+) /)
    await says(/\/setup#token=[\w-]{43}\n/)
    expect(output().match(/setup#token/g)).toHaveLength(1)
    expect(output().match(/a worker is ready/g)).toHaveLength(2)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    await expect(fetch(`${url}/health/ready`)).rejects.toThrow()
  })

  test.each(['1', '2'])('ends with a sentence where the port is taken: %s workers', async (workers) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { ended, output } = plinth({ PORT: String(port), PLINTH_WORKERS: workers })
    expect(await ended).toBe(1)
    expect(output()).toBe(`Port ${port} is in use by another program: stop that, or choose another with PORT.\n`)
    other.close()
  })
})
