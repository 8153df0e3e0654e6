import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseSync } from 'oxc-parser'
import { allowances, confinedText, furtherDoors, packages, serverFolders, topFolders } from './import-rules.mjs'
import { fail, root as workspace } from './run.mjs'

/** @typedef {{ file: string, line: number, message: string }} Finding */

/**
 * Finds imports that point up: between packages, and between the server's folders. Paths have `/`, relative to `root`.
 *
 * @param {string} root
 * @returns {Finding[]}
 */
export function checkImports(root) {
  return Object.keys(packages)
    .flatMap((name) => ['src', 'test'].flatMap((part) => sourceFiles(root, posix.join(name, part))))
    .flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8')))
}

/** @returns {string[]} */
function sourceFiles(/** @type {string} */ root, /** @type {string} */ folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) =>
      posix.join(
        folder,
        join(entry.parentPath, entry.name)
          .slice(join(root, folder).length + 1)
          .replaceAll('\\', '/'),
      ),
    )
}

/** @returns {Finding[]} */
function checkFile(/** @type {string} */ file, /** @type {string} */ text) {
  const { module, errors } = parseSync(file, text)
  const found =
    errors.length > 0
      ? [{ offset: 0, message: `cannot be parsed: ${errors[0]?.message}` }]
      : [...checkModule(file, module), ...checkInline(file, text), ...checkText(file, text)]
  return found.map(({ offset, message }) => ({ file, line: text.slice(0, offset).split('\n').length, message }))
}

/** Imports and re-exports. */
function checkModule(/** @type {string} */ file, /** @type {import('oxc-parser').EcmaScriptModule} */ module) {
  const imports = module.staticImports.flatMap(({ start, moduleRequest }) =>
    findings(start, checkImport(file, moduleRequest.value)),
  )
  const reexports = module.staticExports.flatMap(({ start, entries }) => {
    const specifier = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value
    if (specifier === undefined) return []
    return findings(start, [...checkReexport(file, specifier), ...checkImport(file, specifier)])
  })
  return [...imports, ...reexports]
}

/** `import('…')`, as a value or as a type. */
function checkInline(/** @type {string} */ file, /** @type {string} */ text) {
  const inline = text.matchAll(/(?<![.\w])import\(\s*(['"])(.+?)\1/g)
  return [...inline].flatMap((match) => findings(match.index, checkImport(file, match[2] ?? '')))
}

const findings = (/** @type {number} */ offset, /** @type {string[]} */ messages) =>
  messages.map((message) => ({ offset, message }))

/** @returns {string[]} */
function checkReexport(/** @type {string} */ file, /** @type {string} */ specifier) {
  const isInner = /^[^/]+\/src\/(?!index\.tsx?$)/.test(file) && !furtherDoors.includes(file)
  return isInner ? [`re-exports '${specifier}': only a package's src/index.ts may`] : []
}

/** @returns {string[]} */
function checkImport(/** @type {string} */ file, /** @type {string} */ specifier) {
  const [home = '', part] = file.split('/')
  if (specifier.startsWith('.')) return checkRelative(file, posix.join(posix.dirname(file), specifier))
  return checkPackage(home, part === 'src', specifier)
}

/** @returns {string[]} */
function checkRelative(/** @type {string} */ file, /** @type {string} */ target) {
  const [home, part] = file.split('/')
  if (!target.startsWith(`${home}/`)) return [`leaves its package for '${target}': import the package by its name`]
  if (part === 'src' && !target.startsWith(`${home}/src/`)) return [`imports '${target}' from outside src`]
  return home === 'server' && part === 'src' ? checkServerFolder(file, target) : []
}

/** @returns {string[]} */
function checkServerFolder(/** @type {string} */ file, /** @type {string} */ target) {
  const from = file.split('/').slice(2)
  const to = target.split('/').slice(2)
  const [fromFolder = '', toFolder = ''] = [from, to].map((path) => (path.length > 1 ? (path[0] ?? '') : ''))
  if (fromFolder === '' || fromFolder === toFolder) return []
  if (toFolder === '')
    return [`${fromFolder} must not import the entry file '${to[0]}': take what you need as an argument`]
  if (allowances.some((allowance) => allowance.from === fromFolder && allowance.to === to.join('/'))) return []
  const allowed = serverFolders[fromFolder]
  if (allowed === undefined) return [`the folder '${fromFolder}' is not in scripts/import-rules.mjs`]
  return allowed.includes(toFolder) ? [] : [`${fromFolder} must not import ${toFolder} ('${to.join('/')}')`]
}

/** @returns {string[]} */
function checkPackage(/** @type {string} */ home, /** @type {boolean} */ isSource, /** @type {string} */ specifier) {
  const rules = packages[home]
  if (rules === undefined) return []
  const own =
    /^@plinth\/([^/]+)(\/src\/|\/dist\/)?/.exec(specifier) ?? (specifier === 'plinth' ? [specifier, 'cli'] : null)
  if (own !== null) return checkOwnPackage(home, rules.imports, own[1] ?? '', own[2] !== undefined)
  const kind = specifier.startsWith('node:') ? 'node' : 'npm'
  return isSource && !rules[kind] ? [`${home} must not import '${specifier}': its sources use no ${kind} modules`] : []
}

/** @returns {string[]} */
function checkOwnPackage(
  /** @type {string} */ home,
  /** @type {readonly string[]} */ allowed,
  /** @type {string} */ to,
  /** @type {boolean} */ isDeep,
) {
  if (isDeep) return [`imports the inside of '${to}': use what its package.json exports`]
  if (to === home || allowed.includes(to)) return []
  return [topFolders.includes(to) ? `'${to}' is imported by nobody` : `${home} must not import ${to}`]
}

function checkText(/** @type {string} */ file, /** @type {string} */ text) {
  if (!file.startsWith('server/src/')) return []
  const path = file.slice('server/src/'.length)
  return confinedText.flatMap(({ pattern, allowed, message }) => {
    const offset = text.search(pattern)
    return offset === -1 || allowed.some((place) => path.startsWith(place)) ? [] : [{ offset, message }]
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = checkImports(workspace)
  if (found.length > 0) fail(found.map(({ file, line, message }) => `${file}:${line}  ${message}`).join('\n'))
}
