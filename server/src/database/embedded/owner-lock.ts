import { createHash, randomBytes } from 'node:crypto'
import { link, readdir, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CannotStart } from '../cannot-start.ts'
import { errorCode } from '../error-code.ts'
import { fitsSocket, shortLink } from './data-folder.ts'

/** Who holds a data folder. */
export interface Owner {
  readonly pid: number
  readonly host: string
  readonly since: string
  readonly address?: string | undefined
}

export interface OwnerLock {
  release(): Promise<void>
}

const answerMilliseconds = 3000

/**
 * Makes this process the only one on the folder, until it ends in whatever way. The holder listens on a Unix socket in
 * the folder and tells who it is: a socket answers exactly as long as its process lives, also seen from another
 * container, where process ids mean nothing.
 *
 * The sockets are numbered, and a number is taken by linking a socket that already listens to `owner.<n>.sock`, which only
 * one process can. So a dead one never has to be removed to be replaced, and there is no moment in which two succeed:
 * who took a number looks once more, and yields to a living owner with a higher one.
 */
export async function lockFolder(folder: string, address?: string): Promise<OwnerLock> {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), address }
  if (process.platform === 'win32') return lockByPipe(folder, owner)
  // The way to the sockets, which may be too long for one by itself.
  const way = fitsSocket(join(folder, 'owner.0000000000000000.sock')) ? undefined : await shortLink(folder)
  const lock = await lockBySocket(folder, way?.path ?? folder, owner).catch(async (error) => {
    await way?.remove()
    throw error
  })
  return {
    release: async () => {
      await lock.release()
      await way?.remove()
    },
  }
}

async function lockBySocket(folder: string, way: string, owner: Owner): Promise<OwnerLock> {
  const draft = `owner.${randomBytes(8).toString('hex')}.sock`
  const server = await listen(join(way, draft), owner, folder)
  try {
    const number = await takeNumber(folder, way, draft)
    return {
      release: async () => {
        await rm(join(folder, socketName(number)), { force: true })
        await close(server)
      },
    }
  } catch (error) {
    await close(server)
    throw error
  } finally {
    await rm(join(folder, draft), { force: true })
  }
}

async function takeNumber(folder: string, way: string, draft: string): Promise<number> {
  for (;;) {
    const taken = await takenNumbers(folder)
    await refuseLiving(folder, way, taken)
    const number = Math.max(0, ...taken) + 1
    if (!(await linked(join(folder, draft), join(folder, socketName(number))))) continue
    const others = (await takenNumbers(folder)).filter((other) => other !== number)
    try {
      await refuseLiving(
        folder,
        way,
        others.filter((other) => other > number),
      )
    } catch (error) {
      await rm(join(folder, socketName(number)), { force: true })
      throw error
    }
    for (const dead of others) if (dead < number) await rm(join(folder, socketName(dead)), { force: true })
    return number
  }
}

const socketName = (number: number): string => `owner.${number}.sock`

async function takenNumbers(folder: string): Promise<readonly number[]> {
  const numbers = (await readdir(folder)).map((name) => /^owner\.(\d{1,9})\.sock$/.exec(name)?.[1])
  return numbers.filter((number) => number !== undefined).map(Number)
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function refuseLiving(folder: string, way: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const answer = await ask(join(way, socketName(number)))
    if (answer !== undefined) throw inUse(folder, answer)
  }
}

/** Nothing when nobody listens there; what the owner says, or an empty text when it lives but does not say. */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = createConnection(path)
    socket.setTimeout(answerMilliseconds, () => socket.destroy())
    socket.on('data', (chunk) => (text += chunk))
    socket.on('error', (error) => {
      const code = errorCode(error)
      if (code === 'ECONNREFUSED' || code === 'ENOENT') return resolve(undefined)
      if (code === 'ECONNRESET' || code === 'EPIPE') return resolve('')
      reject(new CannotStart(`Cannot see whether another Plinth uses this data folder: ${error.message}.`, error))
    })
    socket.on('close', () => resolve(text))
  })
}

function inUse(folder: string, answer: string): CannotStart {
  return new CannotStart(
    `The data folder ${folder} is in use by another Plinth${describe(answer)}. Stop that one first, or give this one another folder with PLINTH_DATA_DIR.`,
  )
}

function describe(answer: string): string {
  try {
    // Written by `listen` below.
    const { pid, host, since, address } = JSON.parse(answer) as Owner
    const where = host === hostname() ? '' : ` on ${host}`
    return `: process ${pid}${where}, since ${since}${address === undefined ? '' : `, at ${address}`}`
  } catch {
    return ', which does not answer who it is'
  }
}

async function listen(path: string, owner: Owner, folder: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(JSON.stringify(owner))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') return reject(error)
      reject(
        new CannotStart(
          `Cannot make a socket in ${folder} (${error.message}): PLINTH_DATA_DIR must be a folder on a local disk that this user may write to.`,
          error,
        ),
      )
    })
    server.listen(path, resolve)
  })
  // It must not keep a process alive that has nothing else to do.
  server.unref()
  server.on('error', () => {})
  return server
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

/** Windows has no sockets in folders, but its named pipes end with their process and have one owner: no number needed. */
async function lockByPipe(folder: string, owner: Owner): Promise<OwnerLock> {
  const path = `\\\\.\\pipe\\plinth-${createHash('sha256').update(folder.toLowerCase()).digest('hex')}`
  try {
    const server = await listen(path, owner, folder)
    return { release: () => close(server) }
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error
    throw inUse(folder, (await ask(path)) ?? '')
  }
}
