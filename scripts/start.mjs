import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { build } from './build.mjs'
import { become, root, withNode } from './run.mjs'

const node = await bootstrap()
await build(node)
become(node, [join(root, 'server', 'dist', 'main.js'), ...process.argv.slice(2)], withNode(node))
