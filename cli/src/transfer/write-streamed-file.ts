import { createWriteStream, realpathSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/**
 * Writes a file of any size whole or not at all: beside its place first. What is no plain file, such as a pipe, is
 * written to as it is.
 */
export async function writeStreamedFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile()) return pipeline(pieces, createWriteStream(path), { signal })
  // A link stays one.
  const place = there === undefined ? path : realpathSync(path)
  const draft = `${place}.${process.pid}.tmp`
  try {
    await pipeline(pieces, createWriteStream(draft, { flush: true, mode: there?.mode ?? 0o666 }), { signal })
    await rename(draft, place)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
