import { type Difference, printValue } from '@plinth/schema'
import type { Terminal } from '../../terminal/terminal.ts'

/** The three-way view: what changed on which side since both were the same. */
export function describeDifferences({ paint }: Terminal, differences: readonly Difference[]): string {
  const part = (title: string, by: Difference['by'], describe: (difference: Difference) => string) => {
    const some = differences.filter((each) => each.by === by)
    return some.length === 0 ? [] : [title, ...some.map((each) => `  ${each.path.join('.')}${describe(each)}`)]
  }
  return [
    ...part(paint('red', 'Changed on both sides, to different ends:'), 'conflict', threeSides),
    ...part('Changed on the server:', 'theirs', ({ base, theirs }) => twoSides(base, theirs)),
    ...part('Changed in the file:', 'mine', ({ base, mine }) => twoSides(base, mine)),
  ].join('\n')
}

const threeSides = ({ base, mine, theirs }: Difference): string =>
  `\n    before     ${shown(base)}\n    file       ${shown(mine)}\n    server     ${shown(theirs)}`

const twoSides = (before: unknown, after: unknown): string =>
  `  ${[before, after].map((each) => shown(each)).join(' -> ')}`

const line = { indent: '', quote: "'", width: Number.POSITIVE_INFINITY } as const

function shown(value: unknown): string {
  const text = value === undefined ? '(nothing)' : printValue(value, line).replaceAll('\n', ' ')
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
