import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/run.mjs'
import { runProcess } from './run-process.ts'

const version = '22.23.3'

/** The oldest Node that our packages support, from npm, kept beside the workspace's packages for the next run. */
export async function node22(): Promise<string> {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system}-${process.arch}`
  const folder = join(root, 'node_modules', '.cache', `node-${version}`)
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--prefix', folder]
  const { code, errors } = await runProcess('npm', ['install', ...flags, `${name}@${version}`])
  if (code !== 0) throw new Error(`Node ${version} could not be installed:\n${errors}`)
  return binary
}
