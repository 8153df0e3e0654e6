import { CannotStart } from '../cannot-start.ts'
import { runProgram } from './run-program.ts'

/** Whom PostgreSQL's programs run as, and own files as. */
export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

const userName = 'postgres'

/** PostgreSQL refuses to run as root, so root runs it as `postgres`; everybody else as themselves (undefined). */
export async function systemUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const user = (await lookUp()) ?? (await create())
  if (user !== undefined) return user
  throw new CannotStart(
    `PostgreSQL does not run as root, and there is no user "${userName}" to run it as: create one, or start Plinth as another user.`,
  )
}

async function lookUp(): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', userName]), runProgram('id', ['-g', userName])])
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined
}

async function create(): Promise<SystemUser | undefined> {
  // The first is what most distributions have, the second is BusyBox (Alpine).
  await runProgram('useradd', ['--system', '--user-group', '--no-create-home', userName])
  await runProgram('adduser', ['-S', '-D', '-H', userName])
  return lookUp()
}
