import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Embedded, startEmbedded } from '../src/database/embedded/start-embedded.ts'
import { systemUser } from '../src/database/embedded/system-user.ts'
import {
  kill,
  makeDataFolder,
  type OwnerProcess,
  postmasterOf,
  removeDataFolder,
  startOwner,
} from './support/data-folders.ts'

let folder: string
let running: Embedded | undefined
let owner: OwnerProcess | undefined
let messages: string[]

beforeEach(async () => {
  folder = await makeDataFolder()
  messages = []
})
afterEach(async () => {
  if (owner !== undefined) await kill(owner.child)
  owner = undefined
  await running?.stop()
  running = undefined
  await removeDataFolder(folder)
})

async function start(at = folder): Promise<Embedded> {
  running = await startEmbedded(at, { log: (message) => messages.push(message) })
  return running
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** Writes a row whose commit is acknowledged. */
async function remember(url: string, word: string): Promise<void> {
  await query(url, 'create table if not exists memory (word text)')
  await query(url, `insert into memory values ('${word}')`)
}
const remembered = (url: string) => query(url, 'select word from memory order by word')

async function untilAnswers(url: string): Promise<void> {
  for (;;) {
    try {
      await query(url, 'select 1')
      return
    } catch {
      await sleep(20)
    }
  }
}

describe('the embedded PostgreSQL', () => {
  test('is set up at the first start, and later starts find what was written', async () => {
    const first = await start()
    await remember(first.url, 'first')
    expect(messages).toEqual([expect.stringContaining('Setting up PostgreSQL 18')])
    await first.stop()
    const second = await start()
    expect(await remembered(second.url)).toEqual(['first'])
    expect(messages).toHaveLength(1)
  })

  test('listens on a socket in the data folder alone, and asks for a password that only the owner can read', async () => {
    const { url } = await start()
    expect(decodeURIComponent(new URL(url).hostname)).toBe(join(folder, 'run'))
    expect(await query(url, "select current_setting('listen_addresses')")).toEqual([''])
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600)
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
  })

  test('is UTF-8, sorts by code point, and has ICU collations', async () => {
    const { url } = await start()
    expect(await query(url, "select current_setting('server_encoding')")).toEqual(['UTF8'])
    expect(await query(url, "select w from (values ('a'), ('B'), ('ä')) t(w) order by w")).toEqual(['B', 'a', 'ä'])
    expect(await query(url, `select w from (values ('a'), ('B'), ('ä')) t(w) order by w collate "und-x-icu"`)).toEqual([
      'a',
      'ä',
      'B',
    ])
  })

  test('does not lose acknowledged writes to a crash: it waits for the disk', async () => {
    const { url } = await start()
    expect(await query(url, "select current_setting('fsync'), current_setting('synchronous_commit')")).toEqual([
      'on',
      'on',
    ])
  })

  test('refuses a second process on the same folder and says who holds it', async () => {
    owner = startOwner(folder)
    const url = await owner.says
    await expect(start()).rejects.toThrow(
      new RegExp(`${folder} is in use .* process ${owner.child.pid}, since 20.*, at http://localhost:8090`),
    )
    expect(await query(url, 'select 1')).toEqual([1])
    await kill(owner.child)
    // Stops what the killed owner left.
    await start()
  })

  test('recovers when its owner was killed: the server left behind is stopped and started anew', async () => {
    owner = startOwner(folder)
    await remember(await owner.says, 'acknowledged')
    const orphan = await postmasterOf(folder)
    await kill(owner.child)
    const { url } = await start()
    expect(messages).toEqual([expect.stringContaining(`(process ${orphan})`)])
    expect(await postmasterOf(folder)).not.toBe(orphan)
    expect(await remembered(url)).toEqual(['acknowledged'])
  })

  test('recovers when both were killed', async () => {
    owner = startOwner(folder)
    await remember(await owner.says, 'acknowledged')
    const postmaster = await postmasterOf(folder)
    await kill(owner.child)
    process.kill(postmaster, 'SIGKILL')
    const { url } = await start()
    expect(await remembered(url)).toEqual(['acknowledged'])
  })

  test('recovers at once when a child of the killed server is still busy', async () => {
    owner = startOwner(folder)
    const busy = new pg.Client({ connectionString: await owner.says })
    busy.on('error', () => {})
    await busy.connect()
    // Computes for minutes without ever looking whether its server lives.
    busy.query('select count(*) from generate_series(1, 1000) a, generate_series(1, 1000000) b').catch(() => {})
    const postmaster = await postmasterOf(folder)
    await sleep(100)
    await kill(owner.child)
    process.kill(postmaster, 'SIGKILL')
    const { url } = await start()
    expect(await query(url, 'select 1')).toEqual([1])
  })

  test('is started again at the same address when it was killed', async () => {
    const { url } = await start()
    await remember(url, 'acknowledged')
    process.kill(await postmasterOf(folder), 'SIGKILL')
    await untilAnswers(url)
    expect(await remembered(url)).toEqual(['acknowledged'])
    await expect.poll(() => messages.at(-1)).toBe('PostgreSQL runs again.')
  })

  test('is given up when it dies again and again, with a reason', async () => {
    const { url, exited } = await start()
    for (let death = 1; death <= 6; death++) {
      await untilAnswers(url)
      await expect.poll(() => messages.filter((each) => each === 'PostgreSQL runs again.').length).toBe(death - 1)
      process.kill(await postmasterOf(folder), 'SIGKILL')
    }
    expect((await exited)?.message).toContain('PostgreSQL ended 6 times within a minute')
  })

  test('starts when the pid file of a killed server names a living process that is not a server', async () => {
    const first = await start()
    const pidFile = join(folder, 'postgres', 'postmaster.pid')
    const lines = (await readFile(pidFile, 'utf8')).split('\n')
    await first.stop()
    // Of the same user: only then PostgreSQL by itself would take it for its own.
    const stranger = spawn('sleep', ['600'], { ...(await systemUser()), stdio: 'ignore' })
    await writeFile(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'))
    const { url } = await start()
    expect(await query(url, 'select 1')).toEqual([1])
    expect(stranger.exitCode).toBeNull()
    const gone = once(stranger, 'exit')
    stranger.kill()
    await gone
  })

  test('works in a folder that is too deep for a socket', async () => {
    const deep = join(folder, ...Array.from({ length: 12 }, () => 'a-rather-long-name'))
    await mkdir(deep, { recursive: true })
    const { url } = await start(deep)
    expect(await query(url, 'select 1')).toEqual([1])
    await expect(startEmbedded(deep, { log: () => {} })).rejects.toThrow(`process ${process.pid}`)
  })

  test('works below a folder that only its owner may enter', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const first = await start(join(closed, 'data'))
    await remember(first.url, 'here')
    await first.stop()
    const { url } = await start(join(closed, 'data'))
    expect(await remembered(url)).toEqual(['here'])
  })

  test('works in a folder whose name has spaces, commas, quotes and letters of any script', async () => {
    const { url } = await start(join(folder, `my "data", Größe 100% 数 'x'`))
    expect(await query(url, 'select 1')).toEqual([1])
  })

  test('is set up anew when the set-up was killed half way', async () => {
    owner = startOwner(folder)
    const drafts = async () => (await readdir(folder)).filter((name) => name.startsWith('postgres.new-'))
    await expect.poll(drafts, { interval: 5 }).toHaveLength(1)
    await kill(owner.child)
    const { url } = await start()
    expect(await query(url, 'select 1')).toEqual([1])
    expect(await drafts()).toEqual([])
  })

  test('refuses the data of another major version in one sentence', async () => {
    const first = await start()
    await first.stop()
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toThrow('is of PostgreSQL 17, but this build of Plinth brings 18')
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '18\n')
    // The refusal let go of the folder.
    await start()
  })
})
