import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { build } from './build.mjs'
import { become, root, withNode } from './run.mjs'

const node = await bootstrap()
await build(node)
become(node, ['--conditions=source', join(root, 'bench', 'main.ts'), ...process.argv.slice(2)], withNode(node))
