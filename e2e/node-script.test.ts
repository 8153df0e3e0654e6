import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../scripts/run.mjs'
import { type Caller, signIn } from './support/api.ts'
import { importChinook, runExample } from './support/chinook.ts'
import { plinthIn } from './support/plinth-command.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let owner: Caller
const example = join(root, 'examples', 'node-script')
const newTracks = () => owner.list('tracks', { filter: 'number > 4000', select: 'name,album(title)', sort: 'number' })

beforeAll(async () => {
  server = await startServerProcess()
  expect(await importChinook(server.url)).toMatchObject({ code: 0 })
  owner = await signIn(server.url, admin)
})
afterAll(() => server?.remove())

it('its types are those of the running schema', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'plinth-script-'))
  cpSync(join(example, 'plinth.d.ts'), join(cwd, 'plinth.d.ts'))
  const env = { PLINTH_URL: server.url, PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }
  expect(await plinthIn({ cwd, env })('types', '--check')).toMatchObject({ code: 0 })
})

it('brings tracks in, the second time updates them, and says who bought most', async () => {
  const first = await runExample(['node-script/main.ts'], server.url)
  expect(first).toMatchObject({ code: 0, errors: '' })
  expect(first.output).toMatch(
    /^Tracks: 3 new, 0 updated\.\nBest customers:\n {2}49\.62 {2}Helena Holý, Czech Republic, 7 invoices\n/,
  )
  expect(first.output.trim().split('\n')).toHaveLength(7)
  expect((await runExample(['node-script/main.ts'], server.url)).output).toMatch(/^Tracks: 0 new, 3 updated\./)
  expect(await newTracks()).toMatchObject([
    { album: { title: 'For Those About To Rock We Salute You' } },
    { album: { title: 'Restless and Wild' } },
    { name: 'Interlude for Strings' },
  ])
})

it('a track of an album that is not there is told with its line, and nothing is imported', async () => {
  const before = await newTracks()
  const file = join(mkdtempSync(join(tmpdir(), 'plinth-script-')), 'tracks.ndjson')
  const track = { genre: 'Rock', media_type: 'MPEG audio file', milliseconds: 1, unit_price: '1.00' }
  const lines = [
    { ...track, number: 5001, name: 'Fits', album: 'Restless and Wild' },
    { ...track, number: 5002, name: 'Does not', album: 'Nowhere' },
  ]
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const ran = await runExample(['node-script/main.ts', file], server.url)
  expect(ran).toMatchObject({ code: 1, output: '' })
  expect(ran.errors).toMatch(/^Nothing was imported from .*\n {2}line 2, album: /)
  expect(await newTracks()).toEqual(before)
})
