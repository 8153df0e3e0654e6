import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { build } from './build.mjs'
import { otherPostgres } from './other-postgres.mjs'
import { become, fail, root } from './run.mjs'

/** Whole-product tests that are about what is in the database. */
const products = ['chinook', 'docs', 'channels', 'realtime-exactness'].map((name) => `e2e/${name}.test.ts`)

// `npm run test:postgres -- 14`, or `-- 14 server/test/records e2e/chinook`
const [major = '', ...files] = process.argv.slice(2)
const node = await bootstrap()
await build(node)
const env = await otherPostgres(node, major).catch((error) => fail(error.message))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
become(node, [vitest, 'run', ...(files.length > 0 ? files : ['server/test/', ...products])], env)
