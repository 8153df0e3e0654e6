import type { Model } from '@plinth/schema'
import type { Session } from '../database/database.ts'
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
  await session.run({ text: 'update plinth.current_version set version = $1::int', values: [version] })
  // Every statement on records reads this table; without statistics the planner takes it for one of thousands of rows.
  await session.run({ text: 'analyze plinth.current_version', values: [] })
}
