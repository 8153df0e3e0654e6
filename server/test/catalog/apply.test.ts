import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, openFixture, table } from './catalog-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

describe('the first version', () => {
  test('holds the built-in collection users', async () => {
    expect(fixture.catalog.model.version).toBe(1)
    const columns = await fixture.rows(
      `select attname from pg_attribute where attrelid = 'public.users'::regclass and attnum > 0 order by attnum`,
    )
    expect(columns.flat()).toEqual(['id', 'email', 'roles', 'created', 'updated'])
  })
})

test('a collection becomes a table', async () => {
  const steps = await fixture.become({ posts: table({ title: { type: 'text', required: true } }) })
  expect(steps.map((s) => s.id)).toEqual(['addCollection:posts'])
  console.log(steps[0]?.sql)
})
