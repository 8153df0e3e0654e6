import type { Session } from '../database/database.ts'
import type { VersionDocument, VersionEntry } from './plan.ts'

const entry = `version, to_json(created) #>> '{}', created_by, summary::text`

const versions = `
  select ${entry}
  from plinth.schema_versions
  order by version desc`

const version = `
  select ${entry}, document::text
  from plinth.schema_versions
  where version = $1`

/** Every version there has been, newest first, without its document: a history is long. */
export async function readVersions(session: Session): Promise<readonly VersionEntry[]> {
  const rows = await session.run({ text: versions, values: [] })
  return rows.map(entryOf)
}

/** One version with its document; null where there was none of that number. */
export async function readOneVersion(session: Session, number: number): Promise<VersionDocument | null> {
  const [row] = await session.run({ text: version, values: [number] })
  return row === undefined ? null : { ...entryOf(row), schema: JSON.parse(row[4] ?? 'null') }
}

const entryOf = ([number, created, createdBy, summary]: readonly (string | null)[]): VersionEntry => ({
  version: Number(number),
  created: created ?? '',
  createdBy: createdBy ?? '',
  summary: JSON.parse(summary ?? '[]'),
})
