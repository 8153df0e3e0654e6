import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../scripts/run.mjs'
import { signIn } from './support/api.ts'
import { runProcess } from './support/run-process.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'
import { admin } from './support/server-process.ts'

let server: ServerOnTemplate
let folder: string
beforeAll(async () => {
  server = await startServerOnTemplate()
  folder = await mkdtemp(join(tmpdir(), 'plinth-guide-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(async () => {
  await server?.remove()
  await rm(folder, { recursive: true, force: true })
})

interface Guide {
  /** The TypeScript, one block after the other. */
  readonly program: string
  /** The React that stands on its first block. */
  readonly page: string
}

async function readGuide(): Promise<Guide> {
  const text = (await readFile(join(root, 'docs', 'sdk.md'), 'utf8')).replaceAll('http://localhost:8090', server.url)
  const blocks = (kind: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
  const program = blocks('ts')
  return { program: program.join('\n'), page: [program[0], givenToPages, ...blocks('tsx')].join('\n') }
}

/** What a server that renders has at hand. */
const givenToPages = `
declare const request: Request
declare const url: string
declare const queryClient: import('@tanstack/react-query').QueryClient
`

/** What the guide leaves to its reader, at the end of its first block. */
const apply = `
const { version } = await admin.request<{ version: number }>('GET', '/api/schema')
await admin.request('POST', '/api/schema/apply', { body: { schema, base: version } })
`

it('every example of the guide compiles and runs', async () => {
  const { program, page } = await readGuide()
  expect(program.length).toBeGreaterThan(2_000)
  const caller = await signIn(server.url, admin)
  const { body } = await caller.send('POST', '/api/admin/keys', { name: 'guide', roles: ['admin'] })
  const asAdmin = `const admin = createClient(${JSON.stringify(server.url)}, { token: ${JSON.stringify(body['key'])} })${apply}`
  const start = program.indexOf('await db.auth.signIn')
  await writeFile(
    join(folder, 'guide.ts'),
    `${program.slice(0, start)}${asAdmin}${program.slice(start)}\nexport type { Post }\nvoid [signIn, next, count, more, newest, total, byMonth, changed, deleted, written, report, room]\n`,
  )
  await writeFile(join(folder, 'page.tsx'), `${page}\nexport { App, html }\n`)
  const config = {
    extends: join(root, 'sdk', 'tsconfig.json'),
    include: [],
    files: ['guide.ts', 'page.tsx'],
    compilerOptions: { jsx: 'react-jsx', noUnusedLocals: false },
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  expect(await runProcess(process.execPath, [compiler, '--noEmit', '-p', folder])).toMatchObject({
    code: 0,
    output: '',
  })
  const ran = await runProcess(process.execPath, ['--conditions=source', join(folder, 'guide.ts')])
  expect([ran.code, ran.errors]).toEqual([0, ''])
  expect(ran.output).toContain('revisionMismatch 412')
})
