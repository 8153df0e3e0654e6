import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { documentSchema, fieldTypes, isRecord, memberOf } from '@plinth/schema'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CliWorld, startCliWorld } from './support/cli-world.ts'
import { startPlinth } from './support/plinth-command.ts'
import { until } from './support/until.ts'
import { wholeSchema } from './support/whole-schema.ts'

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

describe('a schema that has everything', () => {
  const whole = `import { defineSchema } from '@plinth/schema'\nexport default defineSchema(${JSON.stringify(wholeSchema)})`

  it('has all that a schema can say', () => {
    // The server counts versions.
    expect(unsaid(documentSchema, [wholeSchema])).toEqual(['version'])
    const fields = members(wholeSchema.collections).flatMap(([, collection]) =>
      members(memberOf(collection, 'fields')).map(([, field]) => field),
    )
    for (const [name, { options, commonOptions }] of Object.entries(fieldTypes)) {
      const some = fields.filter((field) => memberOf(field, 'type') === name)
      expect({ name, used: some.length > 0, unsaid: unsaid(options, some) }).toEqual({ name, used: true, unsaid: [] })
      // Not each of them by each type.
      for (const option of commonOptions)
        expect(fields.some((field) => memberOf(field, option) !== undefined)).toBe(true)
    }
  })

  it('is pushed and pulled without a loss, and then there is nothing to do', async () => {
    const pushing = world.project(whole)
    expect(await pushing.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    const version = await world.version()
    const project = world.project()
    expect(await project.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    const pulled = project.read()
    const nothing = { code: 0, output: expect.stringContaining('The server has the schema of the file') }
    expect(await project.plinth('schema', 'diff', '--check')).toMatchObject(nothing)
    expect(await pushing.plinth('schema', 'diff', '--check')).toMatchObject(nothing)
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject(nothing)
    expect(await pushing.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    expect([await world.version(), project.read(), pushing.read()]).toEqual([version, pulled, whole])
  })

  it('an edit of each of its parts by an admin changes the lines that say it, and no others', async () => {
    await world.project(whole).plinth('schema', 'push', '--yes')
    const project = world.project()
    await project.plinth('schema', 'pull')
    const lines = project.read().split('\n')
    const { version, ...before } = (await world.admin.get('/api/schema')).body
    const text = edits.reduce((said, [from, to]) => said.replace(from, to), JSON.stringify(before))
    const edited = { schema: JSON.parse(text), base: version }
    expect(await world.admin.send('POST', '/api/schema/apply', edited)).toMatchObject({ status: 200 })
    expect(await project.plinth('schema', 'pull')).toMatchObject({ code: 0 })
    const after = project.read().split('\n')
    expect(after).toHaveLength(lines.length)
    const changed = after.filter((line, i) => line !== lines[i]).map((line) => line.trim())
    expect(changed).toEqual([
      "member: { description: 'Whoever pays' },",
      "title: { type: 'text', minLength: 1, maxLength: 300, pattern: '^\\\\S.*$', required: true, label: 'Title' },",
      "anonymous: { read: \"status = 'published'\", hide: ['mail', 'extra'] },",
      'replay: 50,',
      "team: '@user.team.id',",
    ])
    expect(await project.plinth('schema', 'push', '--yes')).toMatchObject({ code: 0 })
    expect(await world.version()).toBe(Number(version) + 1)
  })
})

const members = (value: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(value) ? Object.entries(value) : []

const membersOf = (value: unknown): readonly unknown[] => members(value).map(([, member]) => member)

/** What a JSON Schema knows that none of these values has. */
function unsaid(schema: unknown, values: readonly unknown[]): readonly string[] {
  const [items, each] = [memberOf(schema, 'items'), memberOf(schema, 'additionalProperties')]
  return [
    ...members(memberOf(schema, 'properties')).flatMap(([name, inner]) => {
      const said = values.map((value) => memberOf(value, name)).filter((value) => value !== undefined)
      return said.length === 0 ? [name] : unsaid(inner, said)
    }),
    ...(isRecord(items) ? unsaid(items, values.flat()) : []),
    ...(isRecord(each) ? unsaid(each, values.flatMap(membersOf)) : []),
  ]
}

/** Each in a part of its own of the schema's JSON. */
const edits: readonly (readonly [from: string, to: string])[] = [
  ['Whoever has paid; \\"quoted\\", and it’s more.', 'Whoever pays'],
  ['"maxLength":200,"pattern"', '"maxLength":300,"pattern"'],
  ["status = 'published' && shown", "status = 'published'"],
  ['"replay":20', '"replay":50'],
  ['@user.team.name', '@user.team.id'],
]

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
