import { type CANCEL_SYMBOL, confirm, isCancel, multiselect, password, text } from '@clack/prompts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

// Questions go to standard error: standard output is for results.
const output = process.stderr

/** @throws CliError when the person presses Ctrl-C */
function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new CliError('Nothing was done.', exitCodes.cancelled)
  return answer
}

export const askYesNo = async (message: string): Promise<boolean> =>
  answered(await confirm({ message, initialValue: false, output }))

/** @param initial what stands there already, to be taken or changed */
export const askText = async (message: string, initial?: string): Promise<string> =>
  answered(await text({ message, output, ...(initial !== undefined && { initialValue: initial }) }))

/** What is typed is not shown. */
export const askSecret = async (message: string): Promise<string> => answered(await password({ message, output }))

/** Any of some choices. */
export const askWhich = async (message: string, choices: readonly string[]): Promise<readonly string[]> =>
  answered(
    await multiselect({ message, options: choices.map((value) => ({ value, label: value })), required: false, output }),
  )
