import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callerOf } from './support/api.ts'
import { newProject, plinthIn, startPlinth } from './support/plinth-command.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
const cwd = newProject()
const settings = { PLINTH_LOG_LEVEL: 'info' }
const env = () => ({
  PLINTH_URL: server.url,
  PLINTH_ADMIN_EMAIL: admin.email,
  PLINTH_ADMIN_PASSWORD: admin.password,
})
const ask = (path: string) => callerOf(server.url, null).get(path)

beforeAll(async () => {
  server = await startServerProcess({ env: settings })
})
afterAll(() => server?.remove())

it('shows the last lines, for people and for programs', async () => {
  await ask('/api/records/nowhere?filter=secret')
  const plinth = plinthIn({ cwd, env: env() })
  const shown = await plinth('logs')
  expect(shown).toMatchObject({ code: 0, errors: '' })
  expect(shown.output).toMatch(
    /^\d{4}-.*Z {2}info {3}GET \/api\/records\/nowhere 404 {2}[\d.]+ ms {2}requestId=\S+ {2}actor=anonymous$/m,
  )
  expect(shown.output).not.toContain('secret')
  const { output } = await plinth('logs', '--json', '--lines', '2')
  expect(JSON.parse(output).items).toEqual([
    expect.objectContaining({ level: 30 }),
    expect.objectContaining({ level: 30 }),
  ])
  expect(await plinth('logs', '--level', 'error')).toMatchObject({ code: 0, output: '' })
  expect(await plinth('logs', '--lines', 'many')).toMatchObject({ code: 2 })
})

it('follows the log across a restart, shows each line once, and ends by Ctrl-C', async () => {
  const child = startPlinth({ cwd, env: env() }, ['logs', '--follow', '--json', '--lines', '0'])
  const closed = once(child, 'close')
  let [output, notes] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (notes += text))
  const seen = async (path: string) => {
    await ask(path)
    return output.includes(path)
  }
  await expect.poll(() => seen('/api/records/before'), { timeout: 60_000 }).toBe(true)
  await server.stop()
  server = await startServerProcess({ dataDir: server.dataDir, env: { ...settings, PORT: new URL(server.url).port } })
  await expect.poll(() => seen('/api/records/after'), { timeout: 60_000 }).toBe(true)
  child.kill('SIGINT')
  expect(await closed).toEqual([0, null])
  const lines = output.trim().split('\n')
  expect(new Set(lines).size).toBe(lines.length)
  expect(lines.map((line) => typeof JSON.parse(line).level)).toEqual(lines.map(() => 'number'))
  expect(notes).toBe('')
})
