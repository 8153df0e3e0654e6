import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callerOf, signIn } from './support/api.ts'
import { type CliWorld, type Project, startCliWorld } from './support/cli-world.ts'
import { type Command, plinthIn } from './support/plinth-command.ts'
import { runProcess } from './support/run-process.ts'
import { admin, startServerProcess } from './support/server-process.ts'
import { until } from './support/until.ts'

let world: CliWorld
let project: Project
let plinth: Command

beforeAll(async () => {
  world = await startCliWorld()
  project = world.project()
  plinth = project.plinth
})
afterAll(() => world?.remove())

const commandWith = (env: Readonly<Record<string, string>>, input?: string): Command =>
  plinthIn({ cwd: project.folder, env: { ...world.env, ...env }, ...(input !== undefined && { input }) })

it.each<[string, Record<string, string>, readonly string[], number, RegExp]>([
  [
    'nobody',
    { PLINTH_TOKEN: '' },
    ['keys', 'list'],
    3,
    /^Nobody is signed in at http:\S+: run "plinth sign-in", or set PLINTH_TOKEN/,
  ],
  ['a token that does not count', { PLINTH_TOKEN: 'plk_gone' }, ['keys', 'list'], 3, /is not valid, or has expired/],
  [
    'a wrong password',
    { PLINTH_TOKEN: '', PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: 'not-the-one' },
    ['keys', 'list'],
    3,
    /password is wrong/,
  ],
  [
    'no server',
    { PLINTH_URL: 'http://127.0.0.1:9' },
    ['keys', 'list'],
    4,
    /^Plinth does not answer at http:\/\/127\.0\.0\.1:9 \(bad port\)\. Start it/,
  ],
  ['no address', {}, ['keys', 'list', '--url', 'nowhere'], 2, /is no address/],
  ['no command', {}, ['key'], 2, /unknown command/],
  ['a file that is not there', {}, ['schema', 'push'], 1, /plinth schema pull/],
])('one sentence and an exit code: %s', async (_, env, words, code, sentence) => {
  const finished = await commandWith(env)(...words)
  expect(finished).toMatchObject({ code, output: '' })
  expect(finished.errors).toMatch(sentence)
})

it('for programs an error is JSON too', async () => {
  const { code, errors } = await commandWith({ PLINTH_TOKEN: '' })('keys', 'list', '--json')
  expect(code).toBe(3)
  expect(JSON.parse(errors)).toMatchObject({ error: { message: expect.stringMatching(/^Nobody/), exitCode: 3 } })
})

it('signs in with a password from a file, and leaves no session behind', async () => {
  const file = join(project.folder, 'password')
  writeFileSync(file, `${admin.password}\n`)
  const env = { PLINTH_TOKEN: '', PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD_FILE: file }
  const before = (await world.admin.get('/api/auth/sessions')).body
  expect(await commandWith(env)('users', 'list')).toMatchObject({
    code: 0,
    output: expect.stringContaining(admin.email),
  })
  expect((await world.admin.get('/api/auth/sessions')).body).toMatchObject({ items: before['items'] })
})

it('keys: the key alone goes to standard output, works as its role, and is revoked', async () => {
  const made = await plinth('keys', 'create', 'import', '--role', 'admin', '--expires', '2099-12-31')
  expect(made.code).toBe(0)
  const key = made.output.trim()
  const file = join(project.folder, 'key')
  writeFileSync(file, key)
  const withFile = commandWith({ PLINTH_TOKEN: '', PLINTH_TOKEN_FILE: file })
  const { output } = await withFile('keys', 'list', '--json')
  const listed = JSON.parse(output).items.find((each: { name: string }) => each.name === 'import')
  expect(listed).toMatchObject({ roles: ['admin'] })
  expect(output).not.toContain(key)
  expect(await plinth('keys', 'revoke', listed.id)).toMatchObject({ code: 0 })
  // What a copy of the server knows of a key is a second old at most.
  await until(async () => (await withFile('keys', 'list')).code === 3)
})

it('admins: made by another, with the password from standard input; a weak one makes nobody', async () => {
  const email = 'eve@example.com'
  const create = (password: string) => commandWith({}, password)('admin', 'create', email, '--password-stdin')
  expect(await create('short')).toMatchObject({ code: 1 })
  expect((await plinth('users', 'list')).output).not.toContain(email)
  expect(await create('a long enough secret\n')).toMatchObject({ code: 0 })
  await signIn(world.server.url, { email, password: 'a long enough secret' })
})

it('users: roles, block, unblock, invite', async () => {
  await world.apply({}, { editor: {} })
  const email = 'bob@example.com'
  await world.admin.send('POST', '/api/records/users', { email })
  expect(await plinth('users', 'roles', email, 'editor')).toMatchObject({ code: 0 })
  expect((await plinth('users', 'list', '--role', 'editor')).output).toContain(email)
  expect(await plinth('users', 'block', email, '--reason', 'gone')).toMatchObject({ code: 0 })
  expect(await plinth('users', 'unblock', email)).toMatchObject({ code: 0 })
  expect(await plinth('users', 'roles', 'nobody@example.com')).toMatchObject({ code: 1 })
  expect(await plinth('users', 'invite', 'carol@example.com', '--role', 'editor')).toMatchObject({ code: 0 })
  const outbox = (await world.admin.get('/api/admin/outbox')).body
  expect(JSON.stringify(outbox)).toContain('carol@example.com')
})

it('openapi: as the admin and as a guest sees it', async () => {
  expect(await plinth('openapi', '--output', 'openapi.json')).toMatchObject({ code: 0 })
  expect(JSON.parse(project.read('openapi.json')).paths).toHaveProperty('/api/schema')
  const { output } = await plinth('openapi', '--guest')
  expect(JSON.parse(output).paths).not.toHaveProperty('/api/schema')
})

it('doctor: what it finds is mended by the command that it says', async () => {
  const posts = {
    fields: { title: { type: 'text' }, state: { type: 'text', maxLength: 20 }, access_token: { type: 'text' } },
    permissions: { anonymous: { read: true, delete: true }, authenticated: { read: "state = 'shown'" } },
  }
  await world.apply({ posts }, { editor: {} })
  const fresh = world.project()
  await fresh.plinth('schema', 'pull')
  const { code, output } = await fresh.plinth('doctor', '--json')
  expect(code).toBe(5)
  const { findings } = JSON.parse(output) as { findings: { code: string; mend: string }[] }
  expect(findings.map((each) => each.code)).toEqual(['openPermission', 'openField', 'missingIndex'])
  for (const { mend } of findings) {
    const words = /^plinth (schema set \S+) (\S+|'[^']*') && plinth schema push$/.exec(mend) ?? []
    const [, set = '', value = ''] = words
    expect(await fresh.plinth(...set.split(' '), value.replaceAll("'", ''))).toMatchObject({ code: 0 })
  }
  expect(await fresh.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
  expect(await fresh.plinth('doctor')).toMatchObject({ code: 0, output: 'Nothing was found: all is well.\n' })
  expect((await callerOf(world.server.url, null).get('/api/records/posts')).status).toBe(200)
})

it('doctor: a server that does not answer, and an environment that is wrong', async () => {
  const { code, output } = await commandWith({ PLINTH_URL: 'http://127.0.0.1:9', PLINTH_SESSION_DAYS: '0' })('doctor')
  expect(code).toBe(5)
  expect(output).toMatch(/^fault +The configuration is wrong: PLINTH_SESSION_DAYS must be/)
  expect(output).toMatch(/^fault +Plinth does not answer/m)
})

it('config: what is in force, secrets masked; or what is wrong with it', async () => {
  const own = { PLINTH_NEW_PASSWORD: 'for the command alone', PLINTH_SETUP_LINK: 'x' }
  const env = { ...own, DATABASE_URL: 'postgres://me:very-secret@db.example/x', PLINTH_SESSION_DAYS: '7' }
  const { code, output } = await commandWith(env)('config')
  expect(code).toBe(0)
  expect(output).toMatch(/^DATABASE_URL +\(set\)$/m)
  expect(output).toMatch(/^PLINTH_SESSION_DAYS +7$/m)
  expect(output).not.toContain('very-secret')
  expect(await commandWith({ PORT: 'x' })('config')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('PORT must be'),
  })
})

it('a place that cannot be written is one sentence, and no stack', async () => {
  project.write('')
  const finished = await plinth('init', 'plinth.schema.ts/x')
  expect(finished).toMatchObject({ code: 1, output: '', errors: expect.stringMatching(/^ENOTDIR: .*\.\n$/) })
})

it('helps with a command of a command too', async () => {
  expect(await plinth('help', 'schema', 'push')).toMatchObject({ code: 0, output: expect.stringContaining('--accept') })
  expect(await plinth('help', 'schema', 'psh')).toMatchObject({ code: 2, errors: expect.stringContaining('"psh"') })
})

it('answers in plain text where nobody looks at a terminal', async () => {
  const { output } = await plinth('schema', 'history')
  expect(output).not.toContain('\u001b')
})

const shells = (['bash', 'zsh', 'fish'] as const).map(async (shell) => ({
  shell,
  isThere: (await runProcess('sh', ['-c', `command -v ${shell}`])).code === 0,
}))

it.each(await Promise.all(shells))('completion: $shell takes the script', async ({ shell, isThere }) => {
  const { output } = await plinth('completion', shell)
  expect(output).toContain('schema pull')
  if (isThere) expect(await runProcess(shell, ['-n', '-c', output])).toMatchObject({ code: 0 })
})

it('completion: bash completes commands of commands, and options', async () => {
  const { output } = await plinth('completion', 'bash')
  const complete = async (...words: string[]) => {
    const script = `${output}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_plinth\necho "\${COMPREPLY[@]}"`
    return (await runProcess('bash', ['-c', script])).output.trim()
  }
  expect(await complete('plinth', 'sch')).toBe('schema')
  expect(await complete('plinth', 'schema', 'pu')).toBe('pull push')
  expect(await complete('plinth', 'schema', 'push', '--ac')).toBe('--accept')
})

it('the first admin is made by the link that the server printed', async () => {
  const fresh = await startServerProcess({ env: { PLINTH_ADMIN_EMAIL: '', PLINTH_ADMIN_PASSWORD: '' } })
  try {
    const link = /http\S+#token=\S+/.exec(fresh.logs())?.[0] ?? ''
    const env = { PLINTH_URL: fresh.url, PLINTH_SETUP_LINK: link, PLINTH_NEW_PASSWORD: 'a long enough secret' }
    const create = commandWith(env)
    expect(await create('admin', 'create', 'first@example.com', '--setup')).toMatchObject({ code: 0 })
    await signIn(fresh.url, { email: 'first@example.com', password: 'a long enough secret' })
    expect(await create('admin', 'create', 'second@example.com', '--setup')).toMatchObject({ code: 1 })
  } finally {
    await fresh.remove()
  }
})
