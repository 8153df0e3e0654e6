import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { become, root, withNode } from './run.mjs'

const node = await bootstrap()
become(node, [join(root, 'examples', 'chinook', 'import.ts'), ...process.argv.slice(2)], withNode(node))
