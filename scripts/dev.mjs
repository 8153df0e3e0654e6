import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { become, root, withNode } from './run.mjs'

// The condition `source` makes packages find each other's TypeScript, which Node runs as it is: nothing is built.
const flags = ['--conditions=source', '--watch', '--watch-preserve-output', '--enable-source-maps']

const node = await bootstrap()
become(node, [...flags, join(root, 'server', 'src', 'main.ts'), ...process.argv.slice(2)], withNode(node))
