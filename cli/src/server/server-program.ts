import { fileURLToPath } from 'node:url'

/** As `npm start` does: an import of any size then adds little to the server's memory. */
const flags = ['--max-semi-space-size=8', '--heap-growing-percent=100']

/** A program of the server's package, as arguments of Node. The command starts it, and never loads its code. */
export const serverProgram = (name: 'main' | 'print-config'): readonly string[] => [
  ...process.execArgv,
  ...flags,
  fileURLToPath(import.meta.resolve(`@plinth/server/${name}`)),
]

const clientVariables = /^PLINTH_(URL|(TOKEN|API_KEY|SETUP_LINK|NEW_PASSWORD)(_FILE)?)$/

/** The environment of a server: what is for its clients is none of its business. */
export const serverEnvironment = (more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...process.env, ...more }).filter(
      ([name, value]) => value !== undefined && !clientVariables.test(name),
    ),
  )
