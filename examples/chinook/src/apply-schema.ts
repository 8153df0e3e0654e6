import { readFile } from 'node:fs/promises'
import type { SchemaDocument } from '@plinth/schema'
import type { Api } from './api.ts'
import { ImportProblem } from './import-problem.ts'

/** Brings the collections and roles of the music store into force, next to those that are there already. */
export async function applySchema(api: Api): Promise<void> {
  // The shapes of the answers are the API's promise.
  const current = (await api.send('GET', '/api/schema')) as SchemaDocument
  const ours: Ours = JSON.parse(await readFile(new URL('../schema.json', import.meta.url), 'utf8'))
  const schema = {
    ...current,
    roles: { ...current.roles, ...ours.roles },
    collections: { ...current.collections, ...ours.collections },
  }
  const change = { schema, base: current.version }
  const { steps } = (await api.send('POST', '/api/schema/plan', change)) as Plan
  refuseLosses(steps)
  await api.send('POST', '/api/schema/apply', { ...change, accept: [] })
}

type Ours = Pick<SchemaDocument, 'roles' | 'collections'>

interface Plan {
  readonly steps: readonly Step[]
}

interface Step {
  readonly summary: string
  readonly risk: 'safe' | 'slow' | 'destructive'
  readonly blockers: { readonly reason: string } | null
}

/** A collection of somebody else's that happens to have one of our names stays as it is. */
function refuseLosses(steps: readonly Step[]): void {
  const losses = steps.filter(({ risk, blockers }) => risk === 'destructive' || blockers !== null)
  if (losses.length === 0) return
  const lines = losses.map(({ summary, blockers }) => `  ${summary}${blockers === null ? '' : `: ${blockers.reason}`}`)
  throw new ImportProblem(
    `The server has collections of the same names, and the example would change what is in them:
${lines.join('\n')}
Nothing was changed. Import into an empty Plinth, for example one started with PLINTH_DATA_DIR=./chinook_data.`,
  )
}
