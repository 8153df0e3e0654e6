// Puts the one file that `/docs` needs beside the build: its package brings 240 MB of others, which a server that is
// installed without development dependencies does well without.
import { copyFileSync } from 'node:fs'

copyFileSync(
  new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference')),
  new URL('../dist/api-reference.js', import.meta.url),
)
