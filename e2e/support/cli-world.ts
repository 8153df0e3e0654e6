import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Caller, type Json, signIn } from './api.ts'
import { type Command, newProject, plinthIn } from './plinth-command.ts'
import { admin, type ServerProcess, startServerProcess } from './server-process.ts'

/** A server, an admin who changes its schema by hand, and projects that reach it by the command. */
export interface CliWorld {
  readonly server: ServerProcess
  readonly admin: Caller
  /** The environment by which the command finds the server and is an admin. */
  readonly env: Readonly<Record<string, string>>
  /** Changes the schema as the admin's pages do; whatever is lost is meant to be. */
  apply(collections: Json, roles?: Json): Promise<void>
  version(): Promise<number>
  project(source?: string): Project
  remove(): Promise<void>
}

/** A folder with a schema file. */
export interface Project {
  readonly folder: string
  readonly plinth: Command
  read(file?: string): string
  write(source: string): void
}

export async function startCliWorld(): Promise<CliWorld> {
  const server = await startServerProcess()
  const caller = await signIn(server.url, admin)
  const made = await caller.send('POST', '/api/admin/keys', { name: 'command', roles: ['admin'] })
  const env = { PLINTH_URL: server.url, PLINTH_TOKEN: String(made.body['key']) }
  const version = async () => Number((await caller.get('/api/schema')).body['version'])
  return {
    server,
    admin: caller,
    env,
    version,
    apply: async (collections, roles = {}) => {
      const request = { schema: { roles, collections }, base: await version() }
      const { body } = await caller.send('POST', '/api/schema/plan', request)
      const accept = (body['steps'] as readonly { readonly id: string }[]).map(({ id }) => id)
      const applied = await caller.send('POST', '/api/schema/apply', { ...request, accept })
      if (applied.status !== 200) throw new Error(`The schema was refused: ${JSON.stringify(applied.body)}`)
    },
    project: (source) => {
      const project = openProject(newProject(), env)
      if (source !== undefined) project.write(source)
      return project
    },
    remove: () => server.remove(),
  }
}

function openProject(folder: string, env: Readonly<Record<string, string>>): Project {
  const schema = join(folder, 'plinth.schema.ts')
  return {
    folder,
    plinth: plinthIn({ cwd: folder, env }),
    read: (file = 'plinth.schema.ts') => readFileSync(join(folder, file), 'utf8'),
    write: (source) => writeFileSync(schema, source),
  }
}
