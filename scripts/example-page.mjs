import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { become, root, withNode } from './run.mjs'

const node = await bootstrap()
const start = join(root, 'examples', 'page', 'start.ts')
become(node, ['--conditions=source', start, ...process.argv.slice(2)], withNode(node))
