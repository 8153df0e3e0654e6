import { link, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockFolder, type OwnerLock } from '../src/database/embedded/owner-lock.ts'
import { makeDataFolder, removeDataFolder } from './support/data-folders.ts'

let folder: string
beforeEach(async () => {
  folder = await makeDataFolder()
})
afterEach(() => removeDataFolder(folder))

/** A socket whose owner was killed: the file is there, nobody listens. */
async function leaveDeadSocket(name: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(join(folder, 'draft.sock'), resolve))
  await link(join(folder, 'draft.sock'), join(folder, name))
  await new Promise((resolve) => server.close(resolve))
}

async function lockMany(count: number): Promise<OwnerLock[]> {
  const tries = await Promise.allSettled(Array.from({ length: count }, () => lockFolder(folder)))
  return tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}

describe('the lock of a data folder', () => {
  test('is free again once released, and leaves nothing behind', async () => {
    const first = await lockFolder(folder)
    await first.release()
    const second = await lockFolder(folder)
    await second.release()
    expect(await readdir(folder)).toEqual([])
  })

  test('replaces the sockets of killed owners', async () => {
    await leaveDeadSocket('owner.3.sock')
    await leaveDeadSocket('owner.4.sock')
    const lock = await lockFolder(folder)
    expect(await readdir(folder)).toEqual(['owner.5.sock'])
    await lock.release()
  })

  test('has one owner, however many try at once after a crash', async () => {
    for (let round = 0; round < 20; round++) {
      await leaveDeadSocket(`owner.${round * 10 + 1}.sock`)
      const locks = await lockMany(20)
      expect(locks).toHaveLength(1)
      for (const lock of locks) await lock.release()
    }
  })
})
