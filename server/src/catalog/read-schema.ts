import { buildModel, checkDocument, type Model } from '@plinth/schema'
import type { Session } from '../database/database.ts'

/**
 * The newest version's number: 0 before the first. Read where it is kept: what the function `schema_version` says may be
 * out of date within a transaction.
 */
export async function readVersion(session: Session): Promise<number> {
  const rows = await session.run({ text: 'select coalesce(max(version), 0) from plinth.schema_versions', values: [] })
  return Number(rows[0]?.[0])
}

/** The schema in force; null before the first version. */
export async function readSchema(session: Session): Promise<Model | null> {
  const rows = await session.run({
    text: `
      select document::text from plinth.schema_versions order by version desc limit 1`,
    values: [],
  })
  const text = rows[0]?.[0]
  return typeof text === 'string' ? storedModel(text) : null
}

/** What is stored was checked when it was applied: a fault means that this build reads schemas differently. */
function storedModel(text: string): Model {
  const { document, faults } = checkDocument(JSON.parse(text))
  if (document === undefined)
    throw new Error(`The stored schema is not valid for this build: ${faults.map((fault) => fault.message).join(' ')}`)
  return buildModel(document)
}
