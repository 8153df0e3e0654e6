import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf } from '../server/test/auth/code-of.ts'
import { type CliWorld, startCliWorld } from './support/cli-world.ts'
import { plinthIn } from './support/plinth-command.ts'
import { admin } from './support/server-process.ts'
import { hasTerminal, plinthInTerminal } from './support/terminal.ts'

const source = (fields: string) => `import { defineSchema } from '@plinth/schema'

export default defineSchema({ collections: { posts: { fields: { ${fields} } } } })
`

describe.skipIf(!hasTerminal)('somebody at a terminal', () => {
  let world: CliWorld

  beforeAll(async () => {
    world = await startCliWorld()
  })
  afterAll(() => world?.remove())

  it('is asked who they are, shows no password, and applies a plan', async () => {
    const project = world.project(source("title: { type: 'text' }, body: { type: 'text' }"))
    const at = { cwd: project.folder, env: { PLINTH_URL: world.server.url } }
    const { code, shown } = await plinthInTerminal('schema push', at, [
      [/E-mail address of an admin/, `${admin.email}\r`],
      [/Password/, `${admin.password}\r`],
      [/Apply these steps\?/, 'y'],
    ])
    expect(code, shown).toBe(0)
    expect(shown).toContain('Create the collection "posts".')
    expect(shown).not.toContain(admin.password)
    expect((await world.admin.get('/api/records/posts')).status).toBe(200)
  })

  it('says what was renamed, and what may be lost', async () => {
    await world.admin.send('POST', '/api/records/posts', { title: 'Hello', body: 'World' })
    const project = world.project(source("title: { type: 'text' }, content: { type: 'text' }"))
    const at = { cwd: project.folder, env: world.env }
    const push = 'schema push --base current'
    const kept = await plinthInTerminal(push, at, [
      [/Which of these were renamed\?/, ' '],
      [/◼ posts\.body=content/, '\r'],
      [/Apply these steps\?/, 'y'],
    ])
    expect(kept.code, kept.shown).toBe(0)
    const records = (await world.admin.get('/api/records/posts?select=content')).body
    expect(records).toMatchObject({ items: [{ content: 'World' }] })
    project.write(source("title: { type: 'text' }"))
    const refused = await plinthInTerminal(push, at, [[/This loses data \(1 rows?\)/, 'n']])
    expect(refused.code, refused.shown).toBe(6)
    const stopped = await plinthInTerminal(push, at, [[/This loses data/, '\u0003']])
    expect(stopped.code, stopped.shown).toBe(130)
    expect((await world.admin.get('/api/records/posts?select=content')).body).toEqual(records)
    const lost = await plinthInTerminal(push, at, [[/This loses data/, 'y']])
    expect(lost.code, lost.shown).toBe(0)
  })

  it('shows a second factor where the account has one; without a terminal it wants an API key', async () => {
    const { send } = world.admin
    const { id, secret } = (await send('POST', '/api/auth/factors/totp', { name: 'Phone' })).body
    const confirmed = await send('POST', `/api/auth/factors/totp/${String(id)}/confirm`, {
      code: codeOf(String(secret)),
    })
    expect(confirmed.status).toBe(200)
    const env = { PLINTH_URL: world.server.url, PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }
    const at = { cwd: world.project().folder, env }
    const refused = await plinthIn(at)('keys', 'list')
    expect(refused).toMatchObject({ code: 3, errors: expect.stringContaining('PLINTH_TOKEN') })
    // Each code counts once, and those around the present one count too.
    const shown = await plinthInTerminal('keys list', at, [[/The six digits/, `${codeOf(String(secret), 1)}\r`]])
    expect(shown.code, shown.shown).toBe(0)
  })
})
