import { readFileSync } from 'node:fs'

/** The version of this command. */
export const ownVersion: string = readVersion()

function readVersion(): string {
  // The same place from `src` and from `dist`.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string } // Our own file.
  return version
}
