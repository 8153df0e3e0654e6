import { membersOf } from '../members-of.ts'
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'

const levels: ReadonlyMap<unknown, readonly [name: string, colour: 'gray' | 'green' | 'yellow' | 'red']> = new Map([
  [10, ['trace', 'gray']],
  [20, ['debug', 'gray']],
  [30, ['info', 'green']],
  [40, ['warn', 'yellow']],
  [50, ['error', 'red']],
  [60, ['fatal', 'red']],
])

/** A line of the server's log, for people. Whatever stands in it does not steer the terminal. */
export function describeLogLine({ paint }: Pick<Terminal, 'paint'>, line: string): string {
  const { level, time, msg, err, missed, ...rest } = parse(line)
  if (typeof missed === 'number') return paint('yellow', `(${missed.toLocaleString('en')} lines came too fast)`)
  if (level === undefined) return printable(line)
  const [name, colour] = levels.get(level) ?? [String(level), 'gray']
  const at = typeof time === 'number' ? new Date(time).toISOString().replace('T', ' ') : ''
  const head = [paint('gray', at), paint(colour, name.padEnd(5)), msg === 'request' ? requestOf(rest) : textOf(msg)]
  const details = msg === 'request' ? pairs(rest, shownOfRequest) : pairs(rest, none)
  const { message, stack } = membersOf(err)
  const fault = err === undefined ? [] : [textOf(stack ?? message ?? err, '\n    ')]
  return [...head, ...details].filter((each) => each !== '').join('  ') + fault.map((each) => `\n    ${each}`).join('')
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return membersOf(JSON.parse(line))
  } catch {
    return {}
  }
}

const none: ReadonlySet<string> = new Set()
const shownOfRequest: ReadonlySet<string> = new Set(['method', 'path', 'status', 'ms'])

const requestOf = ({ method, path, status, ms }: Readonly<Record<string, unknown>>): string =>
  `${textOf(method)} ${textOf(path)} ${textOf(status)}  ${textOf(ms)} ms`

const pairs = (members: Readonly<Record<string, unknown>>, shown: ReadonlySet<string>): readonly string[] =>
  Object.entries(members)
    .filter(([name]) => !shown.has(name))
    .map(([name, value]) => `${printable(name)}=${textOf(value)}`)

const textOf = (value: unknown, between = ' '): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).split('\n').map(printable).join(between)
