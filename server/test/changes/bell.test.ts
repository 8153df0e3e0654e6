import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bell, openBell } from '../../src/changes/bell.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

let test: TestDatabase
let other: Database
const open: Bell[] = []

beforeAll(async () => {
  test = await createTestDatabase()
  other = await connect({ url: test.url, max: 2 })
})
afterAll(async () => {
  for (const bell of open) bell.close()
  await other.close()
  await test.drop()
})

/** A bell of one copy, with how often it was woken. */
async function bellOf(on: Database, name: string): Promise<{ bell: Bell; heard(): number }> {
  let count = 0
  const bell = openBell(on, name, () => {
    count += 1
  })
  open.push(bell)
  // Woken once when it begins to listen, for it may have missed something.
  await eventually(() => count).toBeGreaterThan(0)
  const before = count
  return { bell, heard: () => count - before }
}

const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 20_000 })

describe('a bell', () => {
  it('wakes the other copies, and not the one that rings it', async () => {
    const [here, there] = [await bellOf(test.database, 'bell_a'), await bellOf(other, 'bell_a')]
    here.bell.ring()
    await eventually(there.heard).toBe(1)
    there.bell.ring()
    await eventually(here.heard).toBe(1)
    expect(there.heard()).toBe(1)
  })

  it('is one notice for all that is rung together', async () => {
    const [here, there] = [await bellOf(test.database, 'bell_b'), await bellOf(other, 'bell_b')]
    for (let i = 0; i < 1_000; i += 1) here.bell.ring()
    await eventually(there.heard).toBe(1)
    here.bell.ring()
    await eventually(there.heard).toBe(2)
  })

  it('of another name is not heard', async () => {
    const [here, there] = [await bellOf(test.database, 'bell_c'), await bellOf(other, 'bell_d')]
    const control = await bellOf(other, 'bell_c')
    here.bell.ring()
    await eventually(control.heard).toBe(1)
    expect(there.heard()).toBe(0)
  })

  it('is heard again after the connection has broken, and wakes for what may have been missed', async () => {
    const [here, there] = [await bellOf(test.database, 'bell_e'), await bellOf(other, 'bell_e')]
    await test.database.run({
      text: `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and datname = current_database()`,
      values: [],
    })
    await eventually(there.heard).toBeGreaterThan(0)
    const before = there.heard()
    await eventually(() => {
      here.bell.ring()
      return there.heard()
    }).toBeGreaterThan(before)
  })
})
