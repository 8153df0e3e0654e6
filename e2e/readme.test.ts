import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandsIn } from './support/bash-blocks.ts'
import { importChinook } from './support/chinook.ts'
import { type Ran, runCommands } from './support/run-commands.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

const documents = ['README.md', 'examples/chinook/curl.md']
const printedAddress = /http:\/\/localhost:8090/g

let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
  expect(await importChinook(server.url)).toMatchObject({ code: 0 })
})

afterAll(() => server?.remove())

describe.each(documents.map((document) => ({ document, commands: commandsIn(document) })).filter(hasCommands))(
  '$document',
  ({ commands }) => {
    let results: readonly Ran[]

    beforeAll(async () => {
      results = await runCommands(commands.map((command) => command.replace(printedAddress, server.url)))
    })

    it('has requests to try', () => {
      expect(commands.filter((command) => /\bcurl\b/.test(command)).length).toBeGreaterThanOrEqual(10)
    })

    it.each(commands.map((command, i) => [i, command] as const))('command %i works as printed: %s', (i, command) => {
      const { code, output, statuses, errors } = results[i] ?? { code: null, output: '', statuses: [], errors: '' }
      expect(code, `${output}\n${errors}`).toBe(0)
      expect(output).not.toBe('')
      for (const status of statuses) expect(status, output).toBeLessThan(400)
      if (!/^curl\b/.test(command)) return
      expect(statuses).toHaveLength(1)
      expect(Object.keys(JSON.parse(output)), output).not.toEqual([])
      expect(JSON.parse(output)).not.toHaveProperty('items', [])
    })
  },
)

function hasCommands({ commands }: { readonly commands: readonly string[] }): boolean {
  return commands.length > 0
}
