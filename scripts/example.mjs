import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { become, root, withNode } from './run.mjs'

// The condition `source` makes packages find each other's TypeScript: nothing has to be built.
const [program = '', ...args] = process.argv.slice(2)
const node = await bootstrap()
become(node, ['--conditions=source', join(root, 'examples', program), ...args], withNode(node))
