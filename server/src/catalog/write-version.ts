import type { Model } from '@plinth/schema'
import type { Session } from '../database/database.ts'
import { schemaVersionSql } from '../database/schema-version.ts'
import type { Author } from './catalog.ts'
import type { Step } from './plan.ts'

/** Keeps the new version for good and puts it in force. */
export async function writeVersion(
  session: Session,
  { version, document }: Model,
  steps: readonly Step[],
  author: Author,
): Promise<void> {
  await session.run({
    text: `
      insert into plinth.schema_versions (version, document, created_by, summary)
      values ($1::int, $2::json, $3, $4::json)`,
    values: [
      version,
      JSON.stringify(document),
      author.id ?? author.kind,
      JSON.stringify(steps.map((step) => step.summary)),
    ],
  })
  await session.run({ text: schemaVersionSql(version), values: [] })
}
