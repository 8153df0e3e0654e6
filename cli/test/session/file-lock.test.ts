import { mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { withFileLock } from '../../src/session/file-lock.ts'

describe('a lock that is a file', () => {
  let folder: string
  let lock: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plinth-lock-'))
    lock = join(folder, 'lock')
  })

  it('lets one in at a time, and leaves nothing behind', async () => {
    let [inside, most] = [0, 0]
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 5 }, () => withFileLock(lock, work)))
    expect([most, readdirSync(folder)]).toEqual([1, []])
  })

  it('is free after work that failed', async () => {
    await expect(withFileLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withFileLock(lock, async () => 'done')).toBe('done')
  })

  it('of somebody who was killed is taken over', async () => {
    writeFileSync(lock, '')
    expect(await withFileLock(lock, async () => 'done', 200)).toBe('done')
    expect(readdirSync(folder)).toEqual([])
  })

  it('that was taken over is not taken away by who held it before', async () => {
    await withFileLock(lock, async () => {
      // Another process saw nothing move for too long.
      writeFileSync(`${lock}.new`, '')
      renameSync(`${lock}.new`, lock)
    })
    expect(readdirSync(folder)).toEqual(['lock'])
  })
})
