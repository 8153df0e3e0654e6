import type { Access } from '../../src/access/access.ts'
import type { Actor } from '../../src/access/actor.ts'
import type { CompiledSql } from '../../src/database/sql.ts'
import type { Run } from '../../src/query/run.ts'
import { makeRun } from '../../src/records/operation.ts'
import { type Fixture, recordsFixture } from '../records/fixture.ts'

/** A blog small enough for its statements to be read: a row rule, a field shown on some records, relations of both kinds. */
export const blog = (): Promise<Fixture> =>
  recordsFixture({
    collections: {
      tags: { kind: 'table', fields: { name: { type: 'text' } }, permissions: { anonymous: { read: true } } },
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text', required: true },
          views: { type: 'integer', default: 0 },
          notes: { type: 'text' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
          tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        },
        permissions: {
          authenticated: {
            read: 'views > 0 || author = @user.id',
            readIf: { notes: 'author = @user.id' },
            create: true,
            update: 'author = @user.id',
            delete: 'author = @user.id && views < 10',
            set: { author: '@user.id' },
          },
        },
      },
    },
  })

export const accessOf = (f: Fixture, actor: Actor): Access => f.deps.plans.access(f.catalog.model, actor)

/** The text, a clause a line. */
export const textOf = ({ text }: CompiledSql<Run>): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(
      / (from|where|left join lateral|order by|limit|returning|set|with|update|insert into|delete from|on conflict|and not exists|join) /g,
      '\n$1 ',
    )
    // The schema's version is part of every write, and another one in every test file.
    .replaceAll(/plinth\.schema_version\(\) = \d+/g, 'plinth.schema_version() = VERSION')

/** What the statement gives on PostgreSQL. */
export const resultOf = (f: Fixture, actor: Actor, statement: CompiledSql<Run>, inputs: Partial<Run> = {}) =>
  f.database.run({ text: statement.text, values: statement.values(makeRun(f.as(actor), inputs)) })
