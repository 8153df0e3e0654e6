import { checkDocument } from '@plinth/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Collections, type Fixture, openFixture } from './catalog-fixture.ts'
import { databaseStructure } from './database-structure.ts'
import { rawSchema, type RawSchema, renamesBetween, toCollections } from './random-schema.ts'

const runs = Number(process.env['PLINTH_TEST_RUNS'] ?? 6)

test('whatever a database has been through, it ends up as one that was made from the last schema', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rawSchema, { minLength: 2, maxLength: 5 }), async (raws) => {
      const migrated = await openFixture()
      try {
        let before: Collections = {}
        for (const raw of raws) before = await migrate(migrated, before, raw)
        expect(await databaseStructure(migrated.database)).toEqual(await madeFresh(before))
      } finally {
        await migrated.close()
      }
    }),
    {
      numRuns: runs,
      endOnFailure: true,
    },
  )
})

/** Applies the schema where the rows allow it, and answers what is in force then. */
async function migrate(fixture: Fixture, before: Collections, raw: RawSchema): Promise<Collections> {
  const after = toCollections(raw)
  expect(checkDocument({ collections: after }).faults).toBeUndefined()
  const renames = renamesBetween(before, after, raw.rename)
  const { steps } = await fixture.plan(after, ...renames)
  if (steps.some((step) => step.blockers !== null)) return before
  await fixture.become(after, ...renames)
  await addRows(fixture, after)
  return after
}

/** As many rows as go in by defaults alone. */
async function addRows({ database }: Fixture, collections: Collections): Promise<void> {
  for (const [name, { kind }] of Object.entries(collections)) {
    if (kind === 'table')
      await database.run({ text: `insert into public."${name}" default values`, values: [] }).catch(() => {})
  }
}

async function madeFresh(collections: Collections): Promise<Record<string, readonly string[]>> {
  const fresh = await openFixture()
  try {
    await fresh.become(collections)
    return await databaseStructure(fresh.database)
  } finally {
    await fresh.close()
  }
}
