import { Problem } from '@plinth/schema'
import { expect, test } from 'vitest'
import { compileSql, join, param, sql } from '../src/database/sql.ts'

const numbers = (count: number) =>
  join(
    Array.from({ length: count }, (_, i) => param('int', () => i)),
    ', ',
  )

test('a fragment of hundreds of thousands of parts can be put into another', () => {
  expect(sql`select ${sql`(${numbers(200_000)})`}`.parts).toHaveLength(400_002)
})

test('more parameters than PostgreSQL can count are a problem of whoever asked', () => {
  expect(compileSql(numbers(65_535)).text).toMatch(/\$65535::int$/)
  expect(() => compileSql(numbers(65_536))).toThrow(Problem)
})
