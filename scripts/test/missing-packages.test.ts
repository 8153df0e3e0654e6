import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missingPackages } from '../missing-packages.mjs'

type Packages = Readonly<Record<string, object>>

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-packages-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the packages that are missing', () => {
  it('are all of them on a fresh clone', () => {
    lock({ 'node_modules/pg': { version: '8.23.1' } })
    expect(missingPackages(root)).toEqual(['node_modules/pg'])
  })

  it('are none when each is there in the locked version', () => {
    lock({ '': {}, schema: { version: '0.1.0' }, 'node_modules/pg': { version: '8.23.1' } })
    install({ 'node_modules/pg': { version: '8.23.1' } })
    expect(missingPackages(root)).toEqual([])
  })

  it('include one of another version', () => {
    lock({ 'node_modules/pg': { version: '8.24.0' } })
    install({ 'node_modules/pg': { version: '8.23.1' } })
    expect(missingPackages(root)).toEqual(['node_modules/pg'])
  })

  it('include one whose folder was removed', () => {
    lock({ 'node_modules/pg': { version: '8.23.1' } })
    install({ 'node_modules/pg': { version: '8.23.1' } })
    rmSync(join(root, 'node_modules/pg'), { recursive: true })
    expect(missingPackages(root)).toEqual(['node_modules/pg'])
  })

  it('include the binaries for this platform, and not those for others', () => {
    const here = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] }
    const elsewhere = { version: '1.0.0', optional: true, os: ['plan9'], cpu: [process.arch] }
    lock({ 'node_modules/here': here, 'node_modules/elsewhere': elsewhere })
    expect(missingPackages(root)).toEqual(['node_modules/here'])
  })
})

function lock(packages: Packages): void {
  write('package-lock.json', { packages })
}

function install(packages: Packages): void {
  for (const [path, content] of Object.entries(packages)) write(join(path, 'package.json'), content)
  write('node_modules/.package-lock.json', { packages })
}

function write(file: string, content: object): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), JSON.stringify(content))
}
