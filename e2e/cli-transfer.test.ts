import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CliWorld, type Project, startCliWorld } from './support/cli-world.ts'
import { plinthIn, startPlinth } from './support/plinth-command.ts'
import { startSink } from './support/sink.ts'
import { startStallingProxy } from './support/stalling-proxy.ts'
import { hasTerminal, plinthInTerminal } from './support/terminal.ts'

let world: CliWorld
let project: Project

beforeAll(async () => {
  world = await startCliWorld()
  await world.apply({
    songs: {
      fields: {
        title: { type: 'text', required: true, unique: true, maxLength: 100 },
        price: { type: 'decimal' },
        note: { type: 'text' },
      },
    },
  })
})
afterAll(() => world?.remove())

beforeEach(async () => {
  await world.admin.send('DELETE', '/api/records/songs?filter=true')
  project = world.project()
})

const file = (name: string, content: string): string => {
  writeFileSync(join(project.folder, name), content)
  return name
}
const titles = async () => (await world.admin.list('songs', { sort: 'title' })).map(({ title }) => title)
const songs = 'title,price,note\r\n"One, or ""1""",1.50,"a\r\n{b"\r\nThree,,\r\nTwo,-2.25,\'=1+1\r\n'

it.each(['csv', 'json', 'ndjson', 'jsonl'])('what is exported as .%s comes back as it was', async (ending) => {
  await project.plinth('import', 'songs', file('songs.csv', songs))
  const options = ['--sort', 'title', '--select', 'title,price,note']
  const exported = await project.plinth('export', 'songs', `out.${ending}`, ...options)
  expect(exported).toMatchObject({ code: 0, output: `out.${ending} has 3 records.\n`, errors: '' })
  const before = await world.admin.list('songs', { select: 'title,price,note', sort: 'title' })
  expect(before).toHaveLength(3)
  await world.admin.send('DELETE', '/api/records/songs?filter=true')
  const imported = await project.plinth('import', 'songs', `out.${ending}`, '--json')
  expect(JSON.parse(imported.output)).toMatchObject({ rows: 3, created: 3, failed: 0 })
  expect(await world.admin.list('songs', { select: 'title,price,note', sort: 'title' })).toEqual(before)
})

it('goes through pipes, filtered and under other names', async () => {
  const piped = plinthIn({ cwd: project.folder, env: world.env, input: 'Name of song;=,X\nOne,x\nTwo,y\n' })
  const map = ['--map', 'Name of song;==title', '--map', 'X=']
  expect(await piped('import', 'songs', '-', '--format', 'csv', ...map)).toMatchObject({
    code: 0,
    output: '2 rows: 2 created, 0 updated, 0 skipped.\n',
  })
  const out = await project.plinth('export', 'songs', '--filter', "title ~ 'tw'", '--select', 'title')
  expect(out).toEqual({ code: 0, output: '[{"title":"Two"}]\n', errors: '' })
})

it.each([
  ['skip', '1 row: 0 created, 0 updated, 1 skipped.\n', null],
  ['update', '1 row: 0 created, 1 updated, 0 skipped.\n', 'new'],
])('a record that is there: %s', async (mode, said, note) => {
  await project.plinth('import', 'songs', file('a.csv', 'title\nOne\n'))
  const again = file('b.csv', 'title,note\nOne,new\n')
  const finished = await project.plinth('import', 'songs', again, '--on-conflict', mode, '--key', 'title')
  expect(finished).toMatchObject({ code: 0, output: said })
  expect(await world.admin.list('songs', { select: 'note' })).toEqual([{ note }])
})

describe('rows that do not fit', () => {
  const bad = 'title,price\nOne,1\n,2\n"Two ""\u001b]0;owned\u0007\u001b[31m""",x\n'

  it('are listed with line, column and reason, nothing is imported, and the exit code says which it was', async () => {
    const name = file('bad.csv', bad)
    const tried = await project.plinth('import', 'songs', name, '--dry-run')
    expect(tried.code).toBe(5)
    expect(tried.output).toContain('Dry run: 3 rows: 1 would be created, 0 updated, 0 skipped; 2 do not fit.')
    expect(tried.output).toMatch(/^line {2}column {2}reason\n3 {5}title {3}\S.*\n4 {5}price {3}\S/m)
    const refused = await project.plinth('import', 'songs', name)
    expect(refused).toMatchObject({ code: 1, output: '', errors: expect.stringMatching(/^4 {5}price {3}\S/m) })
    const { errors } = await project.plinth('import', 'songs', name, '--json')
    expect(JSON.parse(errors).error).toMatchObject({
      code: 'importFailed',
      failed: 2,
      errors: [{ line: 3 }, { line: 4 }],
    })
    expect(await titles()).toEqual([])
  })

  it('do not steer the terminal', async () => {
    const { output } = await project.plinth('import', 'songs', file('bad.csv', `title,"\u001b[2J\u009bx"\nOne,1\n`))
    const { errors } = await project.plinth('import', 'songs', 'bad.csv', '--dry-run')
    expect(errors).toMatch(/\S/)
    // oxlint-disable-next-line no-control-regex -- those are what it is about
    expect(output + errors).not.toMatch(/[\u001b\u009b]/)
  })
})

it.each<[string, readonly string[], number, RegExp]>([
  ['a format that nobody said', ['import', 'songs', '-'], 2, /^Standard input does not say what format it has/],
  ['a file that is not there', ['import', 'songs', 'gone.csv'], 1, /^"gone\.csv" cannot be read/],
  ['a folder', ['import', 'songs', '.', '--format', 'csv'], 2, /is a folder/],
  ['a collection that is not there', ['export', 'sogns', 'x.csv'], 1, /There is no collection "sogns"/],
  [
    'a filter with a fault',
    ['export', 'songs', 'x.csv', '--filter', 'titel = 1'],
    1,
    /position 1 .*did you mean `title`/,
  ],
  ['a place that cannot be written', ['export', 'songs', 'no/x.csv'], 1, /ENOENT.*no\/x\.csv was not written/],
  ['a pair that is none', ['import', 'songs', 'x.csv', '--map', 'title'], 2, /Full name=name/],
  ['two documents on one output', ['export', 'songs', '--format', 'csv', '--json'], 2, /name a file/],
])('one sentence and an exit code: %s', async (_, words, code, sentence) => {
  const finished = await project.plinth(...words)
  expect(finished).toMatchObject({ code, output: '' })
  expect(finished.errors).toMatch(sentence)
  expect(readdirSync(project.folder)).toEqual([])
})

describe('Ctrl-C', () => {
  it('in the middle of an import leaves nothing of it', async () => {
    const child = startPlinth({ cwd: project.folder, env: world.env }, ['import', 'songs', '-', '--format', 'ndjson'])
    const [closed, errors] = [once(child, 'close'), child.stderr === null ? '' : text(child.stderr)]
    const rows = Array.from({ length: 20_000 }, (_, i) => `{"title":"${i}","note":"${'x'.repeat(100)}"}\n`)
    // It has all been taken once more than pipes can hold has been.
    await new Promise((resolve) => child.stdin?.write(rows.join(''), resolve))
    child.kill('SIGINT')
    expect(await closed).toEqual([130, null])
    expect(await errors).toBe('Stopped. Nothing of the file was imported.\n')
    await expect.poll(titles).toEqual([])
    expect(await project.plinth('import', 'songs', file('a.csv', 'title\n1\n'))).toMatchObject({ code: 0 })
  })

  it('in the middle of an export leaves no file, and what was there stays', async () => {
    await project.plinth('import', 'songs', file('songs.csv', songs))
    const proxy = await startStallingProxy(world.server.url, '/export')
    const env = { ...world.env, PLINTH_URL: proxy.url }
    const child = startPlinth({ cwd: project.folder, env }, ['export', 'songs', 'songs.csv'])
    const [closed, errors] = [once(child, 'close'), child.stderr === null ? '' : text(child.stderr)]
    await proxy.stalled
    child.kill('SIGINT')
    expect(await closed).toEqual([130, null])
    expect(await errors).toBe('Stopped. songs.csv was not written.\n')
    proxy.close()
    expect(readdirSync(project.folder)).toEqual(['songs.csv'])
    expect(readFileSync(join(project.folder, 'songs.csv'), 'utf8')).toBe(songs)
  })
})

it('an export that breaks off is no file, and says so', async () => {
  await project.plinth('import', 'songs', file('songs.csv', songs))
  symlinkSync('songs.csv', join(project.folder, 'link.csv'))
  const proxy = await startStallingProxy(world.server.url, '/export')
  const away = plinthIn({ cwd: project.folder, env: { ...world.env, PLINTH_URL: proxy.url } })
  const exporting = away('export', 'songs', 'link.csv')
  await proxy.stalled
  proxy.close()
  expect(await exporting).toMatchObject({
    code: 4,
    output: '',
    errors: 'The connection to Plinth broke off. link.csv was not written.\n',
  })
  expect(readdirSync(project.folder)).toEqual(['link.csv', 'songs.csv'])
  expect(await project.plinth('export', 'songs', 'link.csv', '--filter', 'false')).toMatchObject({ code: 0 })
  expect(readFileSync(join(project.folder, 'songs.csv'), 'utf8')).toBe('id,title,price,note,created,updated\r\n')
})

it.skipIf(!existsSync('/proc/self/status'))('a file of any size is sent as it is read, and not kept', async () => {
  const sink = await startSink()
  const env = { ...world.env, PLINTH_URL: sink.url }
  const child = startPlinth({ cwd: project.folder, env }, ['import', 'songs', '-', '--format', 'csv'])
  const closed = once(child, 'close')
  const piece = Buffer.alloc(1_000_000, 'title,of,a,song\n')
  const pieces = 400
  let most = 0
  for (let i = 0; i < pieces; i += 1) {
    if (child.stdin?.write(piece) === false) await once(child.stdin, 'drain')
    most = Math.max(most, residentBytes(child.pid))
  }
  child.stdin?.end()
  expect(await closed).toEqual([0, null])
  sink.close()
  expect(sink.bytes()).toBe(pieces * piece.length)
  // A process that kept the file would have more than all of it.
  expect(most).toBeLessThan(pieces * piece.length * 0.75)
})

function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

it.skipIf(!hasTerminal)('somebody at a terminal sees how far it is, and how fast', async () => {
  const at = { cwd: project.folder, env: world.env }
  const rows = Array.from({ length: 3_000 }, (_, i) => `Song ${i}\n`)
  const imported = await plinthInTerminal(`import songs ${file('many.csv', `title\n${rows.join('')}`)}`, at, [])
  expect(imported.code, imported.shown).toBe(0)
  expect(imported.shown).toMatch(/Importing songs {2}[█░]{24} +\d+ % {2}[\d,]+ rows {2}[\d,]+\/s/)
  const exported = await plinthInTerminal('export songs out.csv', at, [])
  expect(exported.shown).toMatch(/Exporting songs {2}[█░]{24} +\d+ % {2}[\d,]+ rows {2}[\d,]+\/s/)
  expect(exported.shown).toContain('out.csv has 3,000 records.')
})
