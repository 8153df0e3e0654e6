import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { codeOf } from '../server/test/auth/code-of.ts'
import { type Caller, callerOf, signIn } from './support/api.ts'
import { openDatabase } from './support/kill/observe.ts'
import { newProject, plinthIn } from './support/plinth-command.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'
import { hasTerminal, plinthInTerminal } from './support/terminal.ts'

let server: ServerProcess
let caller: Caller
let folder: string

beforeAll(async () => {
  server = await startServerProcess()
  caller = await signIn(server.url, admin)
})
afterAll(() => server?.remove())
beforeEach(() => {
  folder = newProject()
})

const at = (env: Readonly<Record<string, string>> = {}) => ({
  cwd: folder,
  env: { PLINTH_URL: server.url, XDG_CONFIG_HOME: join(folder, 'config'), ...env },
})
const plinth = (...words: readonly string[]) => plinthIn(at())(...words)
const withPassword = (url = server.url) =>
  plinthIn({ ...at({ PLINTH_URL: url }), input: `${admin.password}\n` })('sign-in', admin.email, '--password-stdin')
const sessions = () => join(folder, 'config', 'plinth', 'sessions')
const files = () => (existsSync(sessions()) ? readdirSync(sessions()) : [])
const kept = () => join(sessions(), files()[0] ?? '')
const keptSession = () => JSON.parse(readFileSync(kept(), 'utf8')).session
const modeOf = (path: string) => lstatSync(path).mode & 0o777

/** Lets the access token of the kept session seem to have ended. */
const wearOut = () => {
  const content = JSON.parse(readFileSync(kept(), 'utf8'))
  writeFileSync(kept(), JSON.stringify({ ...content, session: { ...content.session, endsAt: 0 } }))
}

/** Stands before the server and counts what comes by. */
async function startCounter(target: string) {
  const paths: string[] = []
  const counter = createServer((incoming, outgoing) => {
    paths.push(incoming.url ?? '')
    const { method, headers } = incoming
    incoming.pipe(
      send(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      }),
    )
  })
  return { paths, ...(await listen(counter)) }
}

async function listen(listening: ReturnType<typeof createServer>) {
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo // It listens on TCP.
  return { url: `http://127.0.0.1:${port}`, close: () => void listening.close().closeAllConnections() }
}

describe.skipIf(!hasTerminal)('at a terminal', () => {
  it('somebody signs in once; the password is never shown, and nobody else can read what is kept', async () => {
    const { code, shown } = await plinthInTerminal('sign-in', at(), [
      [/E-mail address at http/, `${admin.email}\r`],
      [/Password/, `${admin.password}\r`],
    ])
    expect(code, shown).toBe(0)
    expect(shown).toContain(`You are signed in at ${server.url} as ${admin.email}.`)
    const { accessToken, refreshToken } = keptSession()
    for (const secret of [admin.password, accessToken, refreshToken]) expect(shown).not.toContain(secret)
    expect([modeOf(kept()), modeOf(sessions()), modeOf(join(sessions(), '..'))]).toEqual([0o600, 0o700, 0o700])
    expect(readFileSync(kept(), 'utf8')).not.toContain(admin.password)
    expect(await plinth('users', 'list')).toMatchObject({ code: 0, output: expect.stringContaining(admin.email) })
  })

  it('what is sensitive asks for a new proof when the sign-in is old', async () => {
    await withPassword()
    const database = await openDatabase(server.dataDir)
    await database.query(
      `update plinth.sessions set auth_time = now() - interval '1 hour' where user_agent like 'plinth/%'`,
    )
    await database.end()
    const create = ['keys', 'create', 'import', '--role', 'admin'] as const
    const refused = await plinth(...create)
    expect(refused).toMatchObject({ code: 3, output: '', errors: expect.stringContaining('plinth sign-in') })
    const asked = await plinthInTerminal(create.join(' '), at(), [[/Your password once more/, `${admin.password}\r`]])
    expect(asked.code, asked.shown).toBe(0)
    expect(asked.shown).toContain('plk_')
    expect(asked.shown).not.toContain(admin.password)
  })

  it('an account with a second factor shows it, by its app or by a recovery code', async () => {
    const email = 'eve@example.com'
    const { id } = (await caller.send('POST', '/api/records/users', { email, roles: ['admin'] })).body
    await caller.send('PUT', `/api/admin/users/${String(id)}/password`, { password: admin.password })
    const eve = await signIn(server.url, { email, password: admin.password })
    const factor = (await eve.send('POST', '/api/auth/factors/totp', {})).body
    const secret = String(factor['secret'])
    const confirm = `/api/auth/factors/totp/${String(factor['id'])}/confirm`
    const { body } = await eve.send('POST', confirm, { code: codeOf(secret) })
    const [recovery = ''] = body['recoveryCodes'] as readonly string[]
    const byApp = await plinthInTerminal(`sign-in ${email}`, at(), [
      [/Password/, `${admin.password}\r`],
      [/The six digits of your authenticator app, or a recovery code/, '000000\r'],
      [/is not right[^]*The six digits/, `${codeOf(secret, 1)}\r`],
    ])
    expect(byApp.code, byApp.shown).toBe(0)
    const byRecovery = await plinthInTerminal(`sign-in ${email}`, at(), [
      [/Password/, `${admin.password}\r`],
      [/or a recovery code/, `${recovery}\r`],
    ])
    expect(byRecovery.code, byRecovery.shown).toBe(0)
    expect(await plinth('whoami')).toMatchObject({ output: `${email} (admin) at ${server.url}, signed in.\n` })
  })
})

it('signs in by standard input for programs, says who it is, and signs out on the server too', async () => {
  expect(await plinth('whoami')).toMatchObject({ code: 3, errors: expect.stringContaining('plinth sign-in') })
  const signedIn = await plinthIn({ ...at(), input: admin.password })(
    'sign-in',
    admin.email,
    '--password-stdin',
    '--json',
  )
  expect(JSON.parse(signedIn.output)).toMatchObject({ server: server.url, user: { email: admin.email } })
  const { accessToken, refreshToken } = keptSession()
  for (const secret of [accessToken, refreshToken, admin.password])
    expect(signedIn.output + signedIn.errors).not.toContain(secret)
  const who = await plinth('whoami', '--json')
  expect(JSON.parse(who.output)).toMatchObject({ server: server.url, by: 'session', user: { email: admin.email } })
  expect(await callerOf(server.url, accessToken).get('/api/auth/me')).toMatchObject({ status: 200 })
  expect(await plinth('sign-out')).toMatchObject({ code: 0, output: `You are signed out at ${server.url}.\n` })
  expect(files()).toEqual([])
  expect(await callerOf(server.url, null).send('POST', '/api/auth/refresh', { refreshToken })).toMatchObject({
    status: 401,
  })
  expect(await plinth('sign-out', '--json')).toMatchObject({
    code: 0,
    output: expect.stringContaining('"signedOut": false'),
  })
  expect(await plinth('keys', 'list')).toMatchObject({ code: 3 })
})

it('a new sign-in ends the session that it replaces; a failed one leaves it', async () => {
  await withPassword()
  const { refreshToken } = keptSession()
  const wrong = plinthIn({ ...at(), input: 'not the one' })
  expect(await wrong('sign-in', admin.email, '--password-stdin')).toMatchObject({ code: 3, output: '' })
  expect(keptSession()).toMatchObject({ refreshToken })
  expect(await withPassword()).toMatchObject({ code: 0 })
  expect(await callerOf(server.url, null).send('POST', '/api/auth/refresh', { refreshToken })).toMatchObject({
    status: 401,
  })
  expect(await plinth('whoami')).toMatchObject({ code: 0 })
})

it('commands at the same time renew a session that has worn out once, and none of them loses it', async () => {
  const counter = await startCounter(server.url)
  await withPassword(counter.url)
  wearOut()
  const { refreshToken } = keptSession()
  const through = plinthIn(at({ PLINTH_URL: counter.url }))
  const all = await Promise.all(Array.from({ length: 4 }, () => through('users', 'list')))
  counter.close()
  expect(all).toEqual(Array.from({ length: 4 }, () => expect.objectContaining({ code: 0, errors: '' })))
  expect(counter.paths.filter((path) => path === '/api/auth/refresh')).toHaveLength(1)
  expect(keptSession()).not.toMatchObject({ refreshToken })
  expect(files()).toHaveLength(1)
})

it('a session that was ended elsewhere is forgotten, and whom the environment names comes next', async () => {
  await withPassword()
  const token = String(keptSession().accessToken)
  await callerOf(server.url, token).send('POST', '/api/auth/sign-out', {})
  const env = { PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }
  const finished = await plinthIn(at(env))('whoami', '--json')
  expect(JSON.parse(finished.output)).toMatchObject({ by: 'password' })
  expect(files()).toEqual([])
})

it('a token of the environment goes first', async () => {
  await withPassword()
  const { key } = (await caller.send('POST', '/api/admin/keys', { name: 'x', roles: ['admin'] })).body
  const finished = await plinthIn(at({ PLINTH_TOKEN: String(key) }))('whoami')
  expect(finished.output).toBe(`An API key at ${server.url}, by PLINTH_TOKEN.\n`)
})

it('is forgotten here also where the server is away, which is said', async () => {
  const counter = await startCounter(server.url)
  await withPassword(counter.url)
  counter.close()
  const finished = await plinthIn(at({ PLINTH_URL: counter.url }))('sign-out')
  expect(finished).toMatchObject({ code: 4, output: '', errors: expect.stringContaining('is forgotten here') })
  expect(files()).toEqual([])
})

describe('what is kept', () => {
  it('is not used where others may read it, or may have put it there', async () => {
    await withPassword()
    chmodSync(kept(), 0o640)
    const readable = await plinth('keys', 'list')
    expect(readable).toMatchObject({ code: 1, output: '', errors: expect.stringContaining(`chmod 600 '${kept()}'`) })
    chmodSync(kept(), 0o600)
    chmodSync(sessions(), 0o755)
    expect(await plinth('keys', 'list')).toMatchObject({ code: 1, errors: expect.stringContaining('chmod 700') })
    expect(await withPassword()).toMatchObject({ code: 1, errors: expect.stringContaining('chmod 700') })
    chmodSync(sessions(), 0o700)
    expect(await plinth('keys', 'list')).toMatchObject({ code: 0 })
  })

  it('is no link: it is neither read nor written through', async () => {
    await withPassword()
    const [file, target] = [kept(), join(folder, 'elsewhere')]
    copyFileSync(file, target)
    chmodSync(target, 0o600)
    await plinth('sign-out')
    symlinkSync(target, file)
    const before = readFileSync(target, 'utf8')
    expect(await plinth('whoami')).toMatchObject({ code: 1, errors: expect.stringContaining('is a link') })
    expect(await withPassword()).toMatchObject({ code: 1, errors: expect.stringContaining('is a link') })
    expect(readFileSync(target, 'utf8')).toBe(before)
  })

  it('for one server is never sent to another, also where its file is put in the place of the other one’s', async () => {
    await withPassword()
    const counter = await startCounter(server.url)
    const other = plinthIn(at({ PLINTH_URL: counter.url }))
    expect(await other('whoami')).toMatchObject({ code: 3 })
    const [own] = files()
    await withPassword(counter.url)
    const others = files().find((each) => each !== own) ?? ''
    copyFileSync(join(sessions(), own ?? ''), join(sessions(), others))
    counter.paths.length = 0
    expect(await other('whoami')).toMatchObject({ code: 3 })
    expect(counter.paths).toEqual([])
    counter.close()
  })

  it('is not taken along by a redirect, and neither is a password', async () => {
    const seen: string[] = []
    const thief = await listen(
      createServer((incoming, outgoing) => {
        incoming.on('data', (piece) => seen.push(String(piece))).on('end', () => outgoing.end('{}'))
        seen.push(incoming.url ?? '')
      }),
    )
    const sending = await listen(
      createServer((incoming, outgoing) => {
        outgoing.writeHead(307, { Location: `${thief.url}${incoming.url}` }).end()
      }),
    )
    const finished = await withPassword(sending.url)
    expect(finished).toMatchObject({ code: 1, output: '' })
    expect(finished.errors).toContain(`sends on to ${thief.url}`)
    expect(seen).toEqual([])
    sending.close()
    thief.close()
  })
})

it('commands work where there is no home folder; a session is not kept, which is said', async () => {
  const homeless = { HOME: '', XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '' }
  const env = { ...homeless, PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }
  expect(await plinthIn(at(env))('whoami')).toMatchObject({ code: 0, errors: '' })
  const refused = plinthIn({ ...at(env), input: admin.password })('sign-in', admin.email, '--password-stdin')
  expect(await refused).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('XDG_CONFIG_HOME') })
  expect(readdirSync(folder)).toEqual([])
})

it.each([
  'sign-in',
  'sign-in me@example.com',
  'sign-in me@example.com --password-stdin --url http://me:secret-in-it@localhost:1',
])('one sentence where it was not given as it must be: %s', async (words) => {
  const finished = await plinthIn({ ...at(), input: 'x' })(...words.split(' '))
  expect(finished).toMatchObject({ code: 2, output: '' })
  expect(finished.errors).not.toContain('secret-in-it')
})
