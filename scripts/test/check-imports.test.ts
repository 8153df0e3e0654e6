import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from '../check-imports.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-imports-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const allowed: readonly (readonly [file: string, text: string])[] = [
  ['schema/src/model/model.ts', `import type { Field } from '../fields/field-type.ts'`],
  ['schema/test/model.test.ts', `import { readFileSync } from 'node:fs'\nimport { it } from 'vitest'`],
  ['schema/src/index.ts', `export { parse } from './expressions/parse.ts'\nexport type * from './model/model.ts'`],
  ['server/src/http/routes.ts', `import { Router } from 'express'\nimport { list } from '../records/list.ts'`],
  [
    'server/src/records/list.ts',
    `import { sql } from '../database/sql.ts'\nimport type { Field } from '@plinth/schema'`,
  ],
  ['server/src/query/source.ts', `import { readRule } from '../access/rule.ts'\nconst text = raw('now()')`],
  ['server/src/server.ts', `import { openPool } from './database/pool.ts'\nimport { serve } from './http/serve.ts'`],
  ['server/src/database/sql.ts', `export const quote = (name: string) => name.replaceAll('"', '""')`],
  ['server/src/changes/log.ts', `export const up = (knex: any) => knex.raw('select 1')`],
  ['sdk/src/client.ts', `import type { SchemaDocument } from '@plinth/schema'`],
]

const refused: readonly (readonly [file: string, text: string, message: string])[] = [
  ['schema/src/a.ts', `import { readFileSync } from 'node:fs'`, "must not import 'node:fs'"],
  ['schema/src/a.ts', `import type { Ajv } from 'ajv'`, "must not import 'ajv'"],
  ['schema/src/a.ts', `import { serve } from '@plinth/server'`, 'schema must not import server'],
  ['schema/test/a.test.ts', `import { serve } from '../../server/src/serve.ts'`, 'leaves its package'],
  ['schema/src/a.ts', `import { example } from '../test/example.ts'`, 'from outside src'],
  ['schema/src/fields/all.ts', `export { text } from './text.ts'`, 're-exports'],
  ['schema/src/fields/index.ts', `export * from './text.ts'`, 're-exports'],
  ['sdk/src/a.ts', `import { serve } from '@plinth/server'`, 'sdk must not import server'],
  ['cli/src/a.ts', `const server = await import('@plinth/server')`, 'cli must not import server'],
  ['server/src/http/a.ts', `import { sql } from '../database/sql.ts'`, 'http must not import database'],
  ['server/src/http/a.ts', `import type { Sql } from '../database/sql.ts'`, 'http must not import database'],
  ['server/src/http/a.ts', `type Sql = import('../database/sql.ts').Sql`, 'http must not import database'],
  ['server/src/database/a.ts', `import { plan } from '../catalog/plan.ts'`, 'database must not import catalog'],
  ['server/src/catalog/a.ts', `import { list } from '../records/deep/list.ts'`, 'catalog must not import records'],
  ['server/src/records/a.ts', `import { signIn } from '../auth/sign-in.ts'`, 'records must not import auth'],
  ['server/src/records/a.ts', `import type { Config } from '../config.ts'`, "the entry file 'config.ts'"],
  ['server/src/utils/a.ts', `import { sql } from '../database/sql.ts'`, "'utils' is not in"],
  ['server/src/auth/a.ts', `import { parse } from '@plinth/schema/src/parse.ts'`, "imports the inside of 'schema'"],
  ['server/src/catalog/a.ts', `const quoted = name.replaceAll('"', '""')`, 'quotes an SQL identifier by hand'],
  ['server/src/catalog/a.ts', `const quoted = name.replace(/"/g, '""')`, 'quotes an SQL identifier by hand'],
  ['server/src/http/a.ts', `const text = raw('now()')`, 'puts bare text into SQL'],
  ['server/src/changes/a.ts', `const text = new Fragment<never>(['now()'])`, 'puts bare text into SQL'],
]

describe('the check of import directions', () => {
  it.each(allowed)('lets %s say %s', (file, text) => {
    write(file, text)
    expect(checkImports(root)).toEqual([])
  })

  it.each(refused)('refuses in %s: %s', (file, text, message) => {
    write(file, text)
    expect(checkImports(root).map((finding) => finding.message)).toEqual([expect.stringContaining(message)])
  })

  it('names the file and the line', () => {
    write('server/src/database/pool.ts', `import pg from 'pg'\n\nimport { plan } from '../catalog/plan.ts'\n`)
    expect(checkImports(root)).toMatchObject([{ file: 'server/src/database/pool.ts', line: 3 }])
  })

  it('does not take an import in a comment or a text for one', () => {
    write('schema/src/a.ts', `// import { a } from 'ajv'\nexport const text = "import { a } from 'ajv'"`)
    expect(checkImports(root)).toEqual([])
  })

  it('refuses a file that it cannot read instead of passing it over', () => {
    write('schema/src/a.ts', `import { from 'ajv'`)
    expect(checkImports(root)).toMatchObject([{ message: expect.stringContaining('cannot be parsed') }])
  })
})

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
