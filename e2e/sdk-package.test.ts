import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { build, type Plugin } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../scripts/run.mjs'
import type { World } from '../sdk/test/suite/check.ts'
import { node22 } from './support/node-22.ts'
import { installPacked } from './support/packed.ts'
import { packedClient } from './support/packed-client.ts'
import { runProcess } from './support/run-process.ts'
import { makeSdkWorld, sdkSettings } from './support/sdk-world.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'

/** What Vite adds for loading parts of a page late is none of ours: a page has it once, for all its parts. */
const plainImports = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id: string) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null),
} as const

/** Bytes, compressed: what a page downloads that creates a client, without realtime. */
const mostBytes = 8_000
/** The same as Vite builds it, with its own part. */
const mostBytesOfVite = 8_800

let project: string
let tarballs: Readonly<Record<string, string>>
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'plinth-packed-'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  writeFileSync(join(project, 'client.ts'), packedClient)
  tarballs = installPacked(project, ['schema', 'sdk'])
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('in Node, against a real server', () => {
  let server: ServerOnTemplate
  let world: World
  beforeAll(async () => {
    server = await startServerOnTemplate(sdkSettings)
    world = await makeSdkWorld(server)
    cpSync(join(root, 'sdk', 'test', 'suite'), join(project, 'suite'), { recursive: true })
    writeFileSync(
      join(project, 'run-suite.ts'),
      `import { suite } from './suite/suite.ts'
       const world = JSON.parse(process.argv[2] ?? '')
       const cases = Object.entries(suite)
       const work = async () => {
         for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
           const [name, run] = next
           await run(world)
           console.log(name)
         }
       }
       // They have nothing to do with each other, and much of it is waiting.
       await Promise.all([work(), work(), work(), work()])
       console.log(process.version)`,
    )
  })
  afterAll(() => server?.remove())

  it.concurrent.each([
    ['v22', node22],
    ['v24', async () => process.execPath],
  ] as const)('%s', async (version, node) => {
    const { code, output, errors } = await runProcess(await node(), [
      join(project, 'run-suite.ts'),
      JSON.stringify(world),
    ])
    expect([code, errors.replaceAll(/\(node:.*\n|\(Use .*\n/g, '')]).toEqual([0, ''])
    expect(output.trim().split('\n').at(-1)).toMatch(new RegExp(`^${version}\\.`))
    expect(output.split('\n').length).toBeGreaterThan(25)
  })
})

describe('to the compiler', () => {
  it.each([
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'node16', moduleResolution: 'node16' },
    {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    },
  ])('%j', async (options) => {
    // Everything is checked, our declarations included; no types of Node are there.
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: [],
      ...options,
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts'] }))
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    expect(await runProcess(process.execPath, [compiler, '-p', project])).toMatchObject({ code: 0, output: '' })
  })

  it.each(['schema', 'sdk'])('what is published of %s is in order', async (folder) => {
    expect((await publint({ pkgDir: join(root, folder), strict: true, pack: false })).messages).toEqual([])
    const checked = await checkPackage(createPackageFromTarballData(readFileSync(tarballs[folder] ?? '')))
    if (checked.types === false) throw new Error('There are no types.')
    // For ES modules alone: CommonJS reads it by import() or, from Node 22.12 on, by require(); what knows no "exports" cannot.
    expect(checked.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM' && kind !== 'NoResolution')).toEqual([])
    expect(
      checked.problems.some((problem) => 'resolutionKind' in problem && problem.resolutionKind === 'node16-esm'),
    ).toBe(false)
  })
})

describe('in Vite', () => {
  /** The size of what Vite makes of a program, compressed. */
  async function sizeOf(
    program: string,
    plugins: Plugin[] = [plainImports],
  ): Promise<{ readonly bytes: number; readonly code: string }> {
    writeFileSync(join(project, 'program.js'), program)
    const built = await build({
      root: project,
      configFile: false,
      logLevel: 'error',
      plugins,
      build: { write: false, modulePreload: false, rolldownOptions: { input: join(project, 'program.js') } },
    })
    const [output] = [built].flat()
    const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined
    const code = chunk?.type === 'chunk' ? chunk.code : ''
    return { code, bytes: gzipSync(code, { level: 9 }).length }
  }

  it(`a page with a client downloads less than ${mostBytes} bytes`, async () => {
    const program = `import { createClient } from '@plinth/sdk'\nglobalThis.db = createClient('/')`
    const { bytes, code } = await sizeOf(program)
    expect(code).toContain('/api/records/')
    // Realtime, files and other services come when they are first used.
    for (const late of ['reconnectionDelay', 'x-ndjson', 'S256', 'verifier']) expect(code).not.toContain(late)
    expect(bytes).toBeLessThan(mostBytes)
    const built = await sizeOf(program, [])
    expect(built.bytes).toBeLessThan(mostBytesOfVite)
    process.stdout.write(`a client is ${bytes} bytes, and ${built.bytes} with what Vite adds\n`)
  })

  it('what is not used is left out', async () => {
    const { bytes, code } = await sizeOf(`import { expr } from '@plinth/sdk'\nglobalThis.filter = expr\`a = \${1}\``)
    expect(code).not.toContain('/api/')
    expect(bytes).toBeLessThan(mostBytes / 6)
  })
})
