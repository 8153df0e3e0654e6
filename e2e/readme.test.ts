import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandsIn } from './support/bash-blocks.ts'
import { importChinook } from './support/chinook.ts'
import { type Ran, runCommands } from './support/run-commands.ts'
import { runProcess } from './support/run-process.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

// A machine without them can run Plinth all the same.
const hasTools = (await runProcess('sh', ['-c', 'command -v bash && command -v curl'])).code === 0

const documents = ['README.md']
  .map((document) => ({ document, commands: commandsIn(document) }))
  .filter(({ commands }) => commands.length > 0)

const printedAddress = /http:\/\/localhost:8090/g

describe.skipIf(!hasTools)('with bash and curl, the commands', () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServerProcess()
    expect(await importChinook(server.url)).toMatchObject({ code: 0 })
  })

  afterAll(() => server?.remove())

  describe.each(documents)('of $document', ({ commands }) => {
    let results: readonly Ran[]

    beforeAll(async () => {
      results = await runCommands(commands.map((command) => command.replace(printedAddress, server.url)))
    })

    it('are ten requests at least', () => {
      expect(commands.filter((command) => /\bcurl\b/.test(command)).length).toBeGreaterThanOrEqual(10)
    })

    it.each(commands.map((command, i) => [i, command] as const))('work as printed: %i. %s', (i, command) => {
      const { code, output, statuses, errors } = results[i] ?? nothing
      expect(code, `${output}\n${errors}`).toBe(0)
      expect(output).not.toBe('')
      for (const status of statuses) expect(status, output).toBeLessThan(400)
      if (!command.startsWith('curl ')) return
      expect(statuses).toHaveLength(1)
      expect(Object.keys(JSON.parse(output)), output).not.toEqual([])
      expect(JSON.parse(output)).not.toHaveProperty('items', [])
    })
  })
})

const nothing: Ran = { code: -1, output: '', statuses: [], errors: 'It was not run.' }
