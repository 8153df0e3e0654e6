import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { largeClient } from './support/large-client.ts'

const run = promisify(execFile)
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

let folder: string
beforeAll(async () => {
  // Beside the packages that it imports, and where no other check looks.
  folder = await mkdtemp(join(modules, '.type-cost-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/**
 * What `tsc` says of a program that makes five typed calls on each of 100 collections with 30 fields. How often it has to
 * work a type out is the same on every machine; the time depends on what else runs, so it is only printed.
 */
it.each(['code', 'generated'] as const)(
  'a client over 100 collections with 30 fields stays cheap to check, its schema %s',
  async (how) => {
    await writeFile(join(folder, 'client.ts'), largeClient(100, 30, how))
    const config = { extends: '../../sdk/tsconfig.json', include: [], files: ['client.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = await run(process.execPath, [compiler, '--noEmit', '--extendedDiagnostics', '-p', folder]).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout).not.toContain('error TS')
    const figure = (name: string): number => Number(new RegExp(`^${name}: +([0-9.]+)`, 'm').exec(stdout)?.[1])
    process.stdout.write(`${how}: ${figure('Instantiations')} instantiations, checked in ${figure('Check time')} s\n`)
    expect(figure('Instantiations')).toBeGreaterThan(10_000)
    expect(figure('Instantiations')).toBeLessThan(1_500_000)
  },
  120_000,
)
