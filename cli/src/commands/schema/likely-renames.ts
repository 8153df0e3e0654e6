import { buildModel, checkRenames, type Model, type Rename, type SchemaDocument, suggestRenames } from '@plinth/schema'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { askWhich } from '../../terminal/ask.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { renameText } from './describe-plan.ts'

/** Renames that the person may have meant, besides those that are known. @throws CliError where a known one cannot be */
export function likelyRenames(from: SchemaDocument, to: Model, known: readonly Rename[]): readonly Rename[] {
  const before = buildModel(from)
  const faults = checkRenames(before, to, known)
  if (faults.length > 0)
    throw new CliError(`--rename does not fit: ${faults.map(({ message }) => message).join(' ')}`, exitCodes.usage)
  return suggestRenames(before, to, known)
}

/** The known renames, and of the likely ones those that the person says are some. */
export async function askRenames(
  terminal: Terminal,
  from: SchemaDocument,
  to: Model,
  known: readonly Rename[],
): Promise<readonly Rename[]> {
  const likely = likelyRenames(from, to, known)
  if (likely.length === 0) return known
  if (!terminal.interactive) {
    for (const each of likely)
      terminal.note(`If this was renamed, not dropped and made anew, add --rename ${renameText(each)}`)
    return known
  }
  const chosen = await askWhich(
    'Which of these were renamed? Their data is kept; the others are dropped and made anew.',
    likely.map(renameText),
  )
  if (chosen.length === 0) return known
  // With the collections' new names known, their fields can be looked at.
  return askRenames(terminal, from, to, [...known, ...likely.filter((each) => chosen.includes(renameText(each)))])
}
