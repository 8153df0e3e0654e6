import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders = ['schema', 'sdk', 'server', 'cli'] as const

/**
 * Installs our packages into a folder as their published tarballs hold them. The packages of others that they name are
 * linked from the workspace, so that nothing is downloaded; what one of ours does not name is not there.
 */
export function installPacked(project: string): void {
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  for (const folder of folders) installOne(join(root, folder), modules)
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function installOne(source: string, modules: string): void {
  const options = { cwd: source, encoding: 'utf8' as const }
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', modules], options),
  )
  const target = join(modules, String(packed.name))
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', join(modules, String(packed.filename)), '--strip-components=1', '-C', target])
  const manifest: Manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    link(source, modules, name)
  for (const [name, file] of Object.entries(manifest.bin ?? {})) linkProgram(modules, name, join(target, file))
}

/** Links a package of others from where the workspace would find it; our own come as tarballs. */
function link(source: string, modules: string, name: string): void {
  const found = [source, root].map((folder) => join(folder, 'node_modules', name)).find(existsSync)
  const isOwn = name === 'plinth' || name.startsWith('@plinth/')
  // Packages for other platforms are not there.
  if (found === undefined || isOwn || existsSync(join(modules, name))) return
  mkdirSync(dirname(join(modules, name)), { recursive: true })
  symlinkSync(found, join(modules, name))
}

function linkProgram(modules: string, name: string, file: string): void {
  const bin = join(modules, '.bin')
  mkdirSync(bin, { recursive: true })
  execFileSync('chmod', ['+x', file])
  symlinkSync(file, join(bin, name))
}
