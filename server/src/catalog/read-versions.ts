import type { Session } from '../database/database.ts'
import type { VersionEntry } from './plan.ts'

const versions = `
  select version, to_json(created) #>> '{}', created_by, summary::text, document::text
  from plinth.schema_versions
  order by version desc`

/** Every version there has been, newest first. */
export async function readVersions(session: Session): Promise<readonly VersionEntry[]> {
  const rows = await session.run({ text: versions, values: [] })
  return rows.map(([version, created, createdBy, summary, document]) => ({
    version: Number(version),
    created: created ?? '',
    createdBy: createdBy ?? '',
    summary: JSON.parse(summary ?? '[]'),
    schema: JSON.parse(document ?? 'null'),
  }))
}
