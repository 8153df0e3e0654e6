import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The commands in the blocks marked ```bash of a document of ours, in their order; none where there is no such document. */
export function commandsIn(document: string): readonly string[] {
  const file = fileURLToPath(new URL(`../../${document}`, import.meta.url))
  if (!existsSync(file)) return []
  const blocks = readFileSync(file, 'utf8').matchAll(/^```bash\n(.*?)^```$/gms)
  return [...blocks].flatMap(([, block = '']) => commandsOf(block))
}

/** A command goes on in the next line after a backslash. */
const commandsOf = (block: string): readonly string[] =>
  block
    .split(/(?<!\\)\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
