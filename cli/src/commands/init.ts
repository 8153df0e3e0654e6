import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { projectFiles } from '../project/project-files.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { writeWholeFile } from '../write-whole-file.ts'

/** `plinth init` */
export function addInitCommand(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('start a project: a schema, types and a first query; files that are there stay as they are')
    .argument('[folder]', 'where', '.')
    .action((folder: string) => init(terminal, folder))
}

function init(terminal: Terminal, folder: string): void {
  const root = resolve(folder)
  const files = projectFiles(packageName(basename(root)))
  const [kept, made] = [true, false].map((there) => files.filter(({ path }) => existsSync(join(root, path)) === there))
  for (const { path, text, secret } of made ?? []) writeWholeFile(join(root, path), text, secret ? 0o600 : undefined)
  const paths = (some: typeof kept) => (some ?? []).map(({ path }) => path)
  const enter = folder === '.' ? '' : `  cd ${folder}\n`
  const next = `\n\nNow:\n${enter}  npm install\n  npm run dev        # the server; the admin's password is in .env\n  npm run push       # in another terminal: applies plinth.schema.ts\n  npm start          # the first query`
  const lines = [...paths(made).map((path) => `made   ${path}`), ...paths(kept).map((path) => `kept   ${path}`)]
  terminal.result({ folder: root, made: paths(made), kept: paths(kept) }, lines.join('\n') + next)
}

const packageName = (folder: string): string =>
  folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'app'
