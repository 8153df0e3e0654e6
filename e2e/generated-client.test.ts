import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../scripts/run.mjs'
import { signIn } from './support/api.ts'
import { runProcess } from './support/run-process.ts'
import { makeSdkWorld } from './support/sdk-world.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let folder: string
beforeAll(async () => {
  server = await startServerProcess()
  await makeSdkWorld(server)
  folder = await mkdtemp(join(root, 'node_modules', '.generated-client-'))
})
afterAll(async () => {
  await server?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** A program over the generated types, as a client of any language is one over its own. */
const program = `import type { operations, paths } from './api.js'

type Listed = paths['/api/records/posts']['get']['responses'][200]['content']['application/json']['items'][number]
export const titleOf = (post: Listed): string | undefined => post.title
type New = NonNullable<paths['/api/records/tags']['post']['requestBody']>['content']['application/json']
export const tag: New = { name: 'news' }
export type Names = keyof operations
// @ts-expect-error there is no such collection
export type Missing = paths['/api/records/nothing']
`

it('a client that another tool generates from our OpenAPI compiles', async () => {
  const { get } = await signIn(server.url, admin)
  const { body } = await get('/api/openapi.json')
  await writeFile(join(folder, 'api.d.ts'), astToString(await openapiTS(JSON.stringify(body))))
  await writeFile(join(folder, 'program.ts'), program)
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', module: 'nodenext', types: [] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts', 'api.d.ts'] }))
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  expect(await runProcess(process.execPath, [compiler, '-p', folder])).toMatchObject({ code: 0, output: '' })
})
