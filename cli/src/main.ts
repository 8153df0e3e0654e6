#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { homeFolder } from './home-folder.ts'

// A command is short: most of its time would go into compiling itself. Its owner's own folder, since whoever can write
// there decides what is run.
const home = homeFolder()
const cache = process.env['XDG_CACHE_HOME'] || (home !== null && join(home, '.cache'))
if (cache) enableCompileCache(join(cache, 'plinth'))

// Whoever reads only the beginning, such as `head`, has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const { runCommand } = await import('./run-command.ts')
process.exitCode = await runCommand(process.argv.slice(2))
