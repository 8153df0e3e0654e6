import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../run.mjs'

const mostLines = 200

/** What says nothing of how much there is to write: instructions, settings, data, and types that a command has written. */
const uncounted = /(^|\/)(README\.md|package\.json|tsconfig\.json|plinth\.d\.ts|[\w-]+\.ndjson)$/

/** The files that make an example, its style sheet and page included. */
function filesOf(example: string): readonly string[] {
  return readdirSync(join(root, 'examples', example), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('node_modules') && !uncounted.test(path))
}

const linesOf = (path: string): number => readFileSync(path, 'utf8').trimEnd().split('\n').length

it.each(['kanban', 'chat', 'node-script'])(`the example %s is written in fewer than ${mostLines} lines`, (example) => {
  const files = filesOf(example)
  expect(files.length).toBeGreaterThan(0)
  expect(files.reduce((sum, path) => sum + linesOf(path), 0)).toBeLessThan(mostLines)
})
