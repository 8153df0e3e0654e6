import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const all = ['schema', 'sdk', 'server', 'cli'] as const

/**
 * Installs our packages into a folder as their published tarballs hold them, and answers where those are. The packages of
 * others that they name are linked from the workspace, so that nothing is downloaded; what one of ours does not name is not
 * there.
 */
export function installPacked(
  project: string,
  folders: readonly (typeof all)[number][] = all,
): Readonly<Record<string, string>> {
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  const workspaces = folders.map((folder) => `--workspace=${folder}`)
  const packed: readonly Packed[] = JSON.parse(
    execFileSync(
      'npm',
      ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', modules, ...workspaces],
      {
        cwd: root,
        encoding: 'utf8',
      },
    ),
  )
  return Object.fromEntries(
    folders.map((folder) => {
      const source = join(root, folder)
      const { name } = manifestIn(source)
      const tarball = join(modules, packed.find((each) => each.name === name)?.filename ?? '')
      installOne(source, modules, name, tarball)
      return [folder, tarball]
    }),
  )
}

interface Packed {
  readonly name: string
  readonly filename: string
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function installOne(source: string, modules: string, name: string, tarball: string): void {
  const target = join(modules, name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  const manifest = manifestIn(target)
  for (const other of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    link(source, modules, other)
  for (const [program, file] of Object.entries(manifest.bin ?? {})) linkProgram(modules, program, join(target, file))
}

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

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
