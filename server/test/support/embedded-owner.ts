// A Plinth reduced to its PostgreSQL, for tests that kill it: starts the data folder it is given, says so, and stays.
import { startEmbedded } from '../../src/database/embedded/start-embedded.ts'

const folder = process.argv[2] ?? ''
try {
  const { url } = await startEmbedded(folder, { log: () => {}, address: 'http://localhost:8090' })
  process.stdout.write(`${url}\n`)
  setInterval(() => {}, 60_000)
} catch (error) {
  process.stdout.write(`refused: ${error instanceof Error ? error.message : error}\n`)
}
