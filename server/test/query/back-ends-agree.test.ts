import { buildModel, type CollectionModel, checkExpression, emptyDocument, type Expression } from '@plinth/schema'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compileSql, join, quoteIdentifier, sql } from '../../src/database/sql.ts'
import { compileCondition, expressionLanguage } from '../../src/query/compile-expression.ts'
import { aliases, type Compiler } from '../../src/query/compiler.ts'
import type { Run } from '../../src/query/run.ts'
import { rowSource } from '../../src/query/source.ts'
import { reachForRule } from '../../src/query/table-reference.ts'
import { compilePredicate } from '../../src/realtime/predicate/compile-predicate.ts'
import { sampleExpression } from '../support/random/random-expressions.ts'
import { moments, roleLists, sampleRecord, userRecord } from '../support/random/random-records.ts'
import { sampleFields, sampleScope, sampleUserFields } from '../support/random/sample-collections.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const expressionsEach = 40
const situations = 300
const oldId = '00000000-0000-7000-8000-00000000000f'

const model = buildModel({
  ...emptyDocument,
  collections: { samples: { kind: 'table', fields: sampleFields }, users: { kind: 'table', fields: sampleUserFields } },
})
const samples = collectionNamed('samples')
const compiler: Compiler = {
  model,
  record: rowSource(samples, 'a'),
  old: rowSource(samples, 'o'),
  reach: reachForRule(model),
  alias: aliases(),
  language: expressionLanguage,
}

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase({ max: 1 })
  for (const name of ['samples', 'users'])
    await db.database.run({ text: createTable(collectionNamed(name)), values: [] })
})
afterAll(() => db.drop())

const situation = fc.record({
  texts: fc.array(sampleExpression({ old: true }), { minLength: expressionsEach, maxLength: expressionsEach }),
  record: sampleRecord,
  old: sampleRecord,
  user: userRecord,
  roles: roleLists,
  verified: fc.boolean(),
  now: moments,
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

it(`PostgreSQL and JavaScript agree on ${expressionsEach * situations} random expressions about random records`, async () => {
  const counts = { true: 0, false: 0 }
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const disagreements: string[] = []
  for (const each of fc.sample(situation, { numRuns: situations, seed })) {
    await store(each)
    const expressions = each.texts.map((text) => checkExpression(text, sampleScope))
    const predicted = expressions.map((expression) => judge(expression, each))
    const stored = await ask(expressions, each)
    predicted.forEach((answer, i) => {
      counts[answer ? 'true' : 'false'] += 1
      if (stored[i] !== answer)
        disagreements.push(`JavaScript ${answer}, SQL ${stored[i]}: ${each.texts[i]} on ${JSON.stringify(each)}`)
    })
  }
  expect(disagreements, `seed ${seed}`).toEqual([])
  // A generator that only makes expressions of one answer would prove nothing.
  expect(Math.min(counts.true, counts.false)).toBeGreaterThan((expressionsEach * situations) / 10)
}, 120_000)

function collectionNamed(name: string): CollectionModel {
  const collection = model.collections.get(name)
  if (!collection) throw new Error(`No collection ${name}`)
  return collection
}

function createTable(collection: CollectionModel): string {
  const columns = [...collection.fields.values()].flatMap(({ name, column }) =>
    column
      ? [`${quoteIdentifier(name)} ${column.sqlType}${column.sqlType.startsWith('text') ? ' collate "C"' : ''}`]
      : [],
  )
  return `create table public.${quoteIdentifier(collection.name)} (${columns.join(', ')})`
}

async function store({ record, old, user }: Situation): Promise<void> {
  const rows = { samples: [record, { ...old, id: oldId }], users: [user] }
  const insert = (table: string, values: readonly unknown[]) => ({
    text: `insert into public.${table} select * from jsonb_populate_recordset(null::public.${table}, $1::jsonb)`,
    values: [JSON.stringify(values)],
  })
  await db.database.run({ text: 'truncate public.samples, public.users', values: [] })
  await db.database.run(insert('samples', rows.samples))
  await db.database.run(insert('users', rows.users))
}

const judge = (expression: Expression, { record, old, ...asked }: Situation): boolean =>
  compilePredicate(expression)({ record, old: { ...old, id: oldId }, ...asked })

/** One statement for all: a single one that fails is found by asking one by one. */
async function ask(expressions: readonly Expression[], each: Situation): Promise<readonly (boolean | string)[]> {
  const conditions = expressions.map((expression) => sql`(${compileCondition(expression, compiler)}) is true`)
  try {
    return await select(conditions, each)
  } catch {
    const answers = conditions.map((condition) =>
      select([condition], each).then(([answer]) => answer ?? 'nothing', String),
    )
    return Promise.all(answers)
  }
}

async function select(
  conditions: readonly ReturnType<typeof sql<Run>>[],
  { user, roles, verified, now }: Situation,
): Promise<readonly boolean[]> {
  const { text, values } = compileSql(
    sql`select ${join(conditions, ', ')} from public.samples as a, public.samples as o where a.id <> o.id and o.id = '00000000-0000-7000-8000-00000000000f'`,
  )
  const id = String(user['id'])
  const run: Run = {
    actor: { kind: 'user', id, userId: id, roles, verified },
    now: now.toISOString(),
    context: '',
    id: null,
    rev: null,
    values: {},
    limit: 0,
    offset: 0,
    after: [],
  }
  const [row = []] = await db.database.run({ text, values: values(run) })
  return row.map((answer) => answer === 't')
}
