import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../scripts/run.mjs'
import { signIn } from './support/api.ts'
import { installPacked } from './support/packed.ts'
import { newProject } from './support/plinth-command.ts'
import { runProcess } from './support/run-process.ts'
import { foreignSettings } from './support/server-process.ts'
import { until } from './support/until.ts'

let project: string
let server: ReturnType<typeof spawn> | undefined
let printed = ''

const env = () => ({
  ...foreignSettings(),
  PLINTH_URL: url(),
  PORT: '0',
  HOST: '127.0.0.1',
  PLINTH_LOG_LEVEL: 'warn',
  XDG_CACHE_HOME: project,
})
const url = () => /ready at (http\S+)/.exec(printed)?.[1] ?? ''
const inProject = (...command: readonly string[]) =>
  runProcess('sh', ['-c', `cd '${project}' && ${command.join(' ')}`], env())
const plinth = (...words: readonly string[]) => inProject('npx', '--no-install', 'plinth', ...words)

beforeAll(async () => {
  project = newProject()
  // PostgreSQL may run as another user, who must be able to enter.
  chmodSync(project, 0o755)
  installPacked(project)
})

afterAll(async () => {
  if (server === undefined || server.exitCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
})

it('an empty folder becomes a project', async () => {
  expect(await plinth('init')).toMatchObject({ code: 0, output: expect.stringContaining('made   plinth.schema.ts') })
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).toContain('plinth')
  expect(await plinth('init')).toMatchObject({ code: 0, output: expect.stringContaining('kept   plinth.schema.ts') })
})

it('its server starts with the types watched, takes the schema, and answers the first query', async () => {
  const program = join(project, 'node_modules', '.bin', 'plinth')
  const browser = join(project, 'bin', 'xdg-open')
  mkdirSync(join(project, 'bin'))
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${project}/opened'\n`, { mode: 0o755 })
  server = spawn(process.execPath, [program, 'dev', '--open'], {
    cwd: project,
    env: { ...env(), PATH: `${join(project, 'bin')}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  server.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  await until(() => printed.includes('plinth.d.ts now has the types of version 1'))
  const opened = join(project, 'opened')
  await until(() => existsSync(opened) && readFileSync(opened, 'utf8') === `${url()}/docs`)
  expect(await plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
  await until(() => readFileSync(join(project, 'plinth.d.ts'), 'utf8').includes('notes'))
  const query = await inProject(process.execPath, '--env-file=.env', 'src/main.ts')
  expect(query).toMatchObject({ code: 0, output: expect.stringMatching(/ Hello\n$/) })
})

const compile = () => inProject(process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit')

it('its sources pass the compiler, and a mistake in the query does not', async () => {
  symlinkSync(join(root, 'node_modules', '@types'), join(project, 'node_modules', '@types'))
  expect(await compile()).toMatchObject({ code: 0, output: '' })
  const main = join(project, 'src', 'main.ts')
  const right = readFileSync(main, 'utf8')
  writeFileSync(main, right.replace("status: 'published' }, sort", "stauts: 'published' }, sort"))
  expect(await compile()).toMatchObject({ code: 1, output: expect.stringContaining('stauts') })
  writeFileSync(main, right)
})

it('a change of the schema by an admin is a type error where the field is used', async () => {
  const client = "import { createClient } from '@plinth/sdk'\nimport type { Schema } from '../plinth.d.ts'\n"
  const query =
    "export const notes = createClient<Schema>('http://localhost').notes.list({ where: { status: 'draft' } })\n"
  writeFileSync(join(project, 'src', 'typed.ts'), client + query)
  expect(await compile()).toMatchObject({ code: 0, output: '' })
  const password = /PASSWORD=(\S+)/.exec(readFileSync(join(project, '.env'), 'utf8'))?.[1] ?? ''
  const admin = await signIn(url(), { email: 'admin@example.com', password })
  const { version, collections } = (await admin.get('/api/schema')).body
  const text = JSON.stringify(collections).replaceAll('status', 'state')
  const renames = [{ collection: 'notes', from: 'status', to: 'state' }]
  const body = { schema: { collections: JSON.parse(text) }, base: version, renames }
  expect(await admin.send('POST', '/api/schema/apply', body)).toMatchObject({ status: 200 })
  await until(() => readFileSync(join(project, 'plinth.d.ts'), 'utf8').includes('state'))
  expect(await compile()).toMatchObject({ code: 1, output: expect.stringMatching(/src\/typed\.ts.*\n?.*status/) })
})
