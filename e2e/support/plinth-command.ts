import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Finished } from './run-process.ts'
import { foreignSettings } from './server-process.ts'

export const main = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))

/** What one run has compiled serves the next: they are many, and short. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))

/** How one project's `plinth` is run. */
export interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What it finds on standard input; without, there is none. */
  readonly input?: string
}

export interface Command {
  /** Runs `plinth` with these words to its end. */
  (...words: readonly string[]): Promise<Finished>
}

/** The command `plinth` from its sources, as processes of their own. */
export const plinthIn =
  (options: CommandOptions): Command =>
  async (...words) => {
    const child = startPlinth(options, words)
    child.stdin?.end(options.input ?? '')
    const closed = once(child, 'close')
    const [output, errors] = await Promise.all([read(child.stdout), read(child.stderr), closed])
    return { code: child.exitCode, output, errors }
  }

const read = (stream: ChildProcess['stdout']): Promise<string> => (stream === null ? Promise.resolve('') : text(stream))

/** Starts it and does not wait. */
export const startPlinth = ({ cwd, env }: CommandOptions, words: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--conditions=source', main, ...words], {
    cwd,
    env: { ...foreignSettings(), NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: 'pipe',
  })

/** A new folder for a project. */
export const newProject = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'plinth-project-')))
