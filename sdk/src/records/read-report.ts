import { readJson } from '../http/read-json.ts'
import { problemOf } from '../http/read-problem.ts'
import { PlinthError } from '../plinth-error.ts'

/**
 * What an import did, from an answer that tells meanwhile how far it is; a short one is answered at once.
 *
 * @throws PlinthError of the problem that is its last line
 */
export async function readReport(response: Response, tell: (rows: number) => void): Promise<unknown> {
  if (response.body === null || !response.headers.get('content-type')?.startsWith('application/x-ndjson'))
    return readJson(response)
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      // The server's own lines: how far it is, then the report or a problem.
      const members = JSON.parse(line) as Readonly<Record<string, unknown>>
      if ('dryRun' in members) return members
      if (typeof members['status'] === 'number') throw problemOf(members['status'], members, response.headers)
      tell(Number(members['rows']))
    }
    if (done) throw new PlinthError(0, 'network', 'The answer broke off.')
  }
}
