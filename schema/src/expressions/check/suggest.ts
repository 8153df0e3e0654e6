/** The candidate that someone who typed `name` most likely meant, or undefined where none is near. */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  const limit = name.length < 4 ? 1 : name.length < 8 ? 2 : 3
  const near = candidates
    .filter((candidate) => Math.abs(candidate.length - name.length) <= limit)
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= limit && distance < candidate.length)
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.candidate
}

/** `, did you mean …?`, or nothing. */
export const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `, did you mean \`${suggestion}\`?`

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const replaced = at(last, column - 1) + (same ? 0 : 1)
      const edited = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1)
      current.push(swapped ? Math.min(edited, at(beforeLast, column - 2) + 1) : edited)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
