import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uuidV7 } from '../../src/database/migrations/0013-ordered-ids.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
  // The one for servers that have none of their own, whatever this server has.
  await db.database.knex.raw(uuidV7.replace('plinth.uuid_v7', 'plinth.own_uuid_v7'))
})
afterAll(() => db.drop())

const column = async (text: string, ...values: unknown[]) =>
  (await db.database.run({ text, values })).map(([value]) => value ?? '')

describe.each(['plinth.uuid_v7()', 'plinth.own_uuid_v7()'])('%s', (call) => {
  test('gives uuids of version 7 and variant 10, and none twice', async () => {
    const ids = await column(`select ${call} from generate_series(1, 2000)`)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(ids).size).toBe(2000)
    const variants = new Set(ids.map((id) => id[19]))
    expect(variants).toEqual(new Set(['8', '9', 'a', 'b']))
  })

  test('begins with the milliseconds since 1970', async () => {
    const rows = await db.database.run({
      text: `select floor(extract(epoch from clock_timestamp()) * 1000)::bigint, ${call},
                    floor(extract(epoch from clock_timestamp()) * 1000)::bigint`,
      values: [],
    })
    const [before, id, after] = rows[0] ?? []
    const made = Number.parseInt((id ?? '').replaceAll('-', '').slice(0, 12), 16)
    expect(made).toBeGreaterThanOrEqual(Number(before))
    expect(made).toBeLessThanOrEqual(Number(after))
  })

  test('gives ids that sort as they were made, within a millisecond too', async () => {
    const times = (await column(`select ${call} from generate_series(1, 2000)`)).map((id) => id.slice(0, 18))
    expect(times).toEqual(times.toSorted())
    expect(new Set(times.map((time) => time.slice(0, 13))).size).toBeLessThan(new Set(times).size)
  })

  test('is random in all bits that are not fixed', async () => {
    const ids = await column(`select ${call} from generate_series(1, 500)`)
    const random = ids.map((id) => BigInt(`0x${id.slice(20).replace('-', '')}`))
    for (let bit = 0n; bit < 48n; bit++) {
      const set = random.filter((value) => (value >> bit) & 1n).length
      expect(set).toBeGreaterThan(150)
      expect(set).toBeLessThan(350)
    }
  })
})

describe('plinth.converts', () => {
  test.each<[string | null, string, boolean]>([
    ['1', 'bigint', true],
    ['', 'bigint', false],
    ['9223372036854775808', 'bigint', false],
    ['1e3', 'numeric', true],
    ['12.345', 'numeric(3,2)', false],
    ['2026-02-30', 'date', false],
    ['2026-02-28 12:00:00+01', 'timestamptz(3)', true],
    ['{"a":', 'jsonb', false],
    ['\\u0000', 'jsonb', false],
    ['{', 'text[]', false],
    ['00000000-0000-0000-0000-00000000000', 'uuid', false],
    [null, 'bigint', true],
    ["'; drop schema plinth cascade; --", 'bigint', false],
  ])('%j as %s: %s', async (value, type, expected) => {
    expect(await column('select plinth.converts($1, $2)', value, type)).toEqual([expected ? 't' : 'f'])
  })

  test('a type that is none is a mistake of ours, and not hidden', async () => {
    await expect(column('select plinth.converts($1, $2)', '1', 'nope')).rejects.toThrow(/nope/)
  })
})
