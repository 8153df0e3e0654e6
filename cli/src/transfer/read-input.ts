import { createReadStream, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

/** A file that is sent as it is read. */
export interface Input {
  readonly stream: ReadableStream<Uint8Array>
  /** The part that has been read, from 0 to 1; null where nobody knows how much there is. */
  done(): number | null
  /** How far it has been read. It is not begun before there is a connection. */
  readonly state: 'unread' | 'begun' | 'ended'
  close(): void
}

const pieceBytes = 256 * 1024

/** @param file a path, or `-` for standard input. @throws CliError where it cannot be read */
export async function readInput(file: string): Promise<Input> {
  const size = file === '-' ? null : await sizeOf(file)
  const source: Readable = file === '-' ? process.stdin : await opened(file)
  const pieces = source[Symbol.asyncIterator]()
  let bytes = 0
  let state: Input['state'] = 'unread'
  const pull = async (to: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    state = 'begun'
    const { done, value } = await pieces.next()
    if (done !== true) {
      bytes += value.length
      return to.enqueue(value)
    }
    state = 'ended'
    to.close()
  }
  return {
    // Nothing is read ahead: what has been asked for has been sent.
    stream: new ReadableStream({ pull }, { highWaterMark: 0 }),
    done: () => (size === null ? null : bytes / Math.max(1, size)),
    get state() {
      return state
    },
    close: () => void source.destroy(),
  }
}

/** Null for what is no plain file, such as a pipe. */
async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch((cause: unknown) => {
    throw unreadable(file, cause)
  })
  if (found.isDirectory()) throw new CliError(`"${file}" is a folder: name a file.`, exitCodes.usage)
  return found.isFile() ? found.size : null
}

function opened(file: string): Promise<ReadStream> {
  const stream = createReadStream(file, { highWaterMark: pieceBytes })
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream)).once('error', (cause) => reject(unreadable(file, cause)))
  })
}

const unreadable = (file: string, cause: unknown): CliError =>
  new CliError(`"${file}" cannot be read${cause instanceof Error ? `: ${cause.message}` : ''}.`, undefined, { cause })
