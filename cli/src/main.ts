#!/usr/bin/env node
import { runCommand } from './run-command.ts'

// Whoever reads only the beginning, such as `head`, has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await runCommand(process.argv.slice(2))
