import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CliWorld, startCliWorld } from './support/cli-world.ts'
import { startPlinth } from './support/plinth-command.ts'
import { until } from './support/until.ts'

let world: CliWorld

beforeAll(async () => {
  world = await startCliWorld()
})
afterAll(() => world?.remove())
beforeEach(() => world.apply({}))

/** A schema file with comments, and the same as the server gets it. */
const source = (fields: string) => `import { defineSchema } from '@plinth/schema'

// The blog.
export default defineSchema({
  collections: {
    posts: {
      fields: {
${fields}
      },
    },
  },
})
`
const title = "        title: { type: 'text', required: true }, // shown in lists"
const body = "        body: { type: 'text' }, // Markdown"
const both = source(`${title}\n${body}`)
const posts = { title: { type: 'text', required: true }, body: { type: 'text' } }

describe('pull', () => {
  it('writes the running schema; again, it changes nothing', async () => {
    await world.apply({ posts: { fields: posts } })
    const project = world.project()
    expect(await project.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    const written = project.read()
    expect(written).toContain("title: { type: 'text', required: true },\n        body: { type: 'text' },")
    expect(await project.plinth('schema', 'pull', '--check')).toMatchObject({ code: 0 })
    expect(await project.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    expect(project.read()).toBe(written)
  })

  it('after an edit on the server changes one line, and keeps comments and what is in the file alone', async () => {
    await world.apply({ posts: { fields: posts } })
    const project = world.project(both)
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    project.write(both.replace('title: {', 'title: { maxLength: 90,'))
    await world.apply({ posts: { fields: { ...posts, body: { type: 'text', maxLength: 500 } } } })
    expect(await project.plinth('schema', 'pull', '--check')).toMatchObject({ code: 5 })
    expect(await project.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    const expected = both
      .replace('title: {', 'title: { maxLength: 90,')
      .replace("body: { type: 'text' }", "body: { type: 'text', maxLength: 500 }")
    expect(project.read()).toBe(expected)
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
  })

  it('is refused where both sides changed one thing, shows all three, and takes the server’s when forced', async () => {
    const project = world.project(both)
    await project.plinth('schema', 'push', '--yes')
    project.write(both.replace('required: true', 'required: true, maxLength: 80'))
    await world.apply({ posts: { fields: { ...posts, title: { type: 'text', required: true, maxLength: 70 } } } })
    const refused = await project.plinth('schema', 'pull')
    expect(refused.code).toBe(7)
    expect(refused.errors).toMatch(
      /collections\.posts\.fields\.title\.maxLength\n +before +\(nothing\)\n +file +80\n +server +70/,
    )
    expect(project.read()).toContain('maxLength: 80')
    expect(await project.plinth('schema', 'pull', '--force')).toMatchObject({ code: 0 })
    expect(project.read()).toContain('maxLength: 70 }, // shown in lists')
  })
})

describe('push', () => {
  it('shows the plan, applies it, and then there is nothing to do', async () => {
    const project = world.project(both)
    const diff = await project.plinth('schema', 'diff', '--check')
    expect(diff).toMatchObject({ code: 5, output: expect.stringMatching(/^safe +Create the collection "posts"\.\n$/) })
    expect(await project.plinth('schema', 'push')).toMatchObject({ code: 6, errors: expect.stringContaining('--yes') })
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    expect(await project.plinth('schema', 'push', '--check')).toMatchObject({ code: 0 })
    expect((await world.admin.get('/api/records/posts')).status).toBe(200)
  })

  it('loses no data unless it is accepted by name, and a rename keeps it', async () => {
    const project = world.project(both)
    await project.plinth('schema', 'push', '--yes')
    await world.admin.send('POST', '/api/records/posts', { title: 'Hello', body: 'World' })
    project.write(both.replace('body:', 'content:'))
    const version = await world.version()
    const refused = await project.plinth('schema', 'push', '--yes')
    expect(refused).toMatchObject({ code: 6 })
    expect(refused.errors).toContain('--rename posts.body=content')
    expect(refused.errors).toContain("--accept 'dropField:posts.body'")
    expect(await world.version()).toBe(version)
    expect(await project.plinth('schema', 'push', '--yes', '--rename', 'posts.body=content')).toMatchObject({ code: 0 })
    expect((await world.admin.get('/api/records/posts?select=content')).body).toMatchObject({
      items: [{ content: 'World' }],
    })
    project.write(source(title))
    const accepted = await project.plinth('schema', 'push', '--yes', '--accept', 'dropField:posts.content')
    expect(accepted).toMatchObject({ code: 0 })
  })

  it('names the rows that are in the way', async () => {
    const project = world.project(both)
    await project.plinth('schema', 'push', '--yes')
    await world.admin.send('POST', '/api/records/posts', { title: 'Far too long' })
    project.write(both.replace('required: true', 'required: true, maxLength: 5'))
    const refused = await project.plinth('schema', 'push', '--yes')
    expect(refused).toMatchObject({ code: 6, errors: expect.stringContaining('"Far too long"') })
  })

  it('is refused with the three-way view where the server was changed meanwhile', async () => {
    const project = world.project(both)
    await project.plinth('schema', 'push', '--yes')
    await world.apply({ posts: { fields: { ...posts, note: { type: 'text' } } } })
    project.write(both.replace(body, `${body}\n        lead: { type: 'text' },`))
    const refused = await project.plinth('schema', 'push', '--yes', '--accept', 'dropField:posts.note')
    expect(refused.code).toBe(7)
    expect(refused.errors).toMatch(/Changed on the server:\n +collections\.posts\.fields\.note/)
    expect(refused.errors).toMatch(/Changed in the file:\n +collections\.posts\.fields\.lead/)
    await project.plinth('schema', 'pull')
    expect(project.read()).toContain(
      "body: { type: 'text' }, // Markdown\n        lead: { type: 'text' },\n        note: { type: 'text' },",
    )
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
  })

  it('of a file that was never pulled wants to know what it goes back to', async () => {
    await world.apply({ posts: { fields: posts } })
    const project = world.project(source(title))
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 7 })
    const sure = await project.plinth(
      'schema',
      'push',
      '--yes',
      '--base',
      'current',
      '--accept',
      'dropField:posts.body',
    )
    expect(sure).toMatchObject({ code: 0 })
  })

  it('says where the file is wrong, all at once', async () => {
    const project = world.project(both.replace("'text' }", "'txt' }").replace('required: true', 'maxLength: 0'))
    const { code, errors } = await project.plinth('schema', 'push', '--yes')
    expect(code).toBe(1)
    expect(errors).toMatch(/plinth\.schema\.ts:8:\d+ .*maxLength/)
    expect(errors).toMatch(/plinth\.schema\.ts:9:23 .*Did you mean "text"\?/)
  })

  it('runs a file that is more than a literal', async () => {
    const project = world.project(
      both
        .replace('// The blog.', "const text = { type: 'text' } as const")
        .replace("body: { type: 'text' }", 'body: text'),
    )
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    await world.apply({ posts: { fields: { ...posts, note: { type: 'text' } } } })
    await project.plinth('schema', 'pull')
    expect(project.read()).toContain("body: text, // Markdown\n        note: { type: 'text' },")
  })
})

describe('kill -9 in the middle of a push', () => {
  it.each(['before', 'after'] as const)('leaves all or nothing: %s the server hears of it', async (moment) => {
    const project = world.project(both)
    const version = await world.version()
    const proxy = await startProxy(world.server.url, moment)
    const child = startPlinth({ cwd: project.folder, env: { ...world.env, PLINTH_URL: proxy.url } }, [
      'schema',
      'push',
      '--yes',
    ])
    const ended = once(child, 'exit')
    await proxy.applying
    child.kill('SIGKILL')
    await ended
    proxy.close()
    const done = moment === 'after'
    expect(await world.version()).toBe(done ? version + 1 : version)
    expect(existsSync(join(project.folder, '.plinth'))).toBe(false)
    expect(project.read()).toBe(both)
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    expect(await world.version()).toBe(version + 1)
  })
})

/** Stands between the command and the server, and keeps what is to be applied, or the answer to it, to itself. */
async function startProxy(target: string, moment: 'before' | 'after') {
  let reached = () => {}
  const applying = new Promise<void>((resolve) => (reached = resolve))
  const server = createServer((incoming, outgoing) => {
    const isApply = incoming.url === '/api/schema/apply'
    if (isApply && moment === 'before') return reached()
    const { method, headers } = incoming
    const forwarded = send(new URL(incoming.url ?? '/', target), { method, headers }, (answer: IncomingMessage) => {
      if (isApply) return answer.resume().on('end', reached)
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      return answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // It listens on TCP.
  return { url: `http://127.0.0.1:${port}`, applying, close: () => void server.close().closeAllConnections() }
}

describe('history and rollback', () => {
  it('list who did what, and go back by a plan like any other', async () => {
    await world.apply({ posts: { fields: posts } })
    const version = await world.version()
    await world.apply({ posts: { fields: { ...posts, note: { type: 'text' } } } })
    const project = world.project()
    const { output } = await project.plinth('schema', 'history', '--json', '--limit', '2')
    expect(JSON.parse(output)).toMatchObject({
      items: [{ version: version + 1, summary: ['Add the field "note" to "posts".'] }, { version }],
    })
    const step = 'dropField:posts.note'
    expect(await project.plinth('schema', 'rollback', String(version), '--yes')).toMatchObject({ code: 6 })
    expect(await project.plinth('schema', 'rollback', String(version), '--yes', '--accept', step)).toMatchObject({
      code: 0,
    })
    expect((await world.admin.get('/api/schema')).body).toMatchObject({
      version: version + 2,
      collections: { posts: { fields: posts } },
    })
    expect(await project.plinth('schema', 'rollback', '9999')).toMatchObject({ code: 2 })
  })
})

describe('types', () => {
  it('are written from the server, and only anew when they change', async () => {
    await world.apply({ posts: { fields: posts } })
    const project = world.project()
    expect(await project.plinth('types')).toMatchObject({ code: 0 })
    const written = project.read('plinth.d.ts')
    expect(written).toContain("title: { type: 'text', required: true },")
    expect(await project.plinth('types', '--check')).toMatchObject({ code: 0 })
    await world.apply({ posts: { fields: { ...posts, note: { type: 'text' } } } })
    expect(await project.plinth('types', '--check')).toMatchObject({ code: 5 })
    expect(project.read('plinth.d.ts')).toBe(written)
  })

  it('follow the schema while they are watched', async () => {
    const project = world.project()
    const file = join(project.folder, 'plinth.d.ts')
    const child = startPlinth({ cwd: project.folder, env: world.env }, ['types', '--watch'])
    const ended = once(child, 'exit')
    await until(() => existsSync(file))
    await world.apply({ posts: { fields: posts } })
    await until(() => project.read('plinth.d.ts').includes('posts'))
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
