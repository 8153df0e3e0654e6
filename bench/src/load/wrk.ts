import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../scripts/run.mjs'
import { headersOf, type Request } from '../request.ts'
import type { Load, Loaded } from './load.ts'

export const loadByWrk = (connections: number): Load => ({
  name: 'wrk',
  async run(contestant, requests, seconds) {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-wrk-'))
    try {
      const script = join(folder, 'load.lua')
      await writeFile(script, scriptFor(requests, await contestant.token()))
      // More threads would take processor time from what is measured.
      const flags = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`]
      const { code, output } = await run('wrk', [...flags, '--timeout', '10s', '--script', script, contestant.url])
      if (code !== 0) throw new Error(`wrk failed.\n${output}`)
      return readResult(output)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})

/** All requests are put together before the clock starts. */
function scriptFor(requests: readonly Request[], token: string): string {
  const [first] = requests
  if (first === undefined) throw new Error('There is nothing to send.')
  const headers = Object.entries(headersOf(token, first)).map(([name, value]) => `[${lua(name)}] = ${lua(value)}`)
  const calls = requests.map(
    ({ method, path, body }) => `{${lua(method)}, ${lua(path)}, ${body === null ? 'nil' : lua(body)}}`,
  )
  return `
local headers = { ${headers.join(', ')} }
local calls = {
${calls.join(',\n')}
}
local texts = {}
local sent = 0

function init()
  for i, call in ipairs(calls) do texts[i] = wrk.format(call[1], call[2], headers, call[3]) end
end

function request()
  sent = sent % #texts + 1
  return texts[sent]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('RESULT %d %d %f %f %d', summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`
}

/** What we send is printable ASCII, whose JSON form is also a text of Lua. */
const lua = (text: string): string => JSON.stringify(text)

function readResult(output: string): Loaded {
  const numbers = /^RESULT (.*)$/m.exec(output)?.[1]?.split(' ').map(Number)
  const [requests, microseconds, p50, p99, errors] = numbers ?? []
  if (requests === undefined || microseconds === undefined || p50 === undefined || p99 === undefined)
    throw new Error(`wrk did not say what came of it.\n${output}`)
  const perSecond = requests / (microseconds / 1e6)
  return { requests, perSecond, p50: p50 / 1000, p99: p99 / 1000, errors: errors ?? 0 }
}
