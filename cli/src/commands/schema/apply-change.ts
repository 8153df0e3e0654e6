import type { Model, Rename, SchemaDocument } from '@plinth/schema'
import type { Client } from '@plinth/sdk'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { applySchema, planSchema, plainSchema, type Step } from '../../server/schema-api.ts'
import { withProof } from '../../server/with-proof.ts'
import { askYesNo } from '../../terminal/ask.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { withProgress } from '../../terminal/with-progress.ts'
import { describePlan } from './describe-plan.ts'
import { askRenames } from './likely-renames.ts'

export interface ApplyOptions {
  readonly rename: readonly Rename[]
  readonly accept?: readonly string[]
  readonly yes?: true
  readonly sql?: true
}

/**
 * Plans the way from one schema to another, asks where it has to, and applies it.
 *
 * @returns the schema in force then, with what was done; `from` itself where there was nothing to do
 */
export async function applyChange(
  terminal: Terminal,
  client: Client,
  from: SchemaDocument,
  to: Model,
  options: ApplyOptions,
): Promise<{ readonly document: SchemaDocument; readonly steps: readonly Step[] }> {
  const renames = await askRenames(terminal, from, to, options.rename)
  const request = { schema: to.document, base: from.version, renames }
  const { steps } = await planSchema(client, request)
  if (steps.length === 0) return { document: from, steps }
  terminal.note(describePlan(terminal, steps, options.sql === true))
  refuseBlocked(steps)
  const accept = await accepted(terminal, steps, options)
  const message = `Applying ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`
  const apply = () => withProgress(terminal, message, () => applySchema(client, { ...request, accept }))
  const applied = await withProof(terminal, client, apply)
  return { document: plainSchema({ ...applied.schema, version: applied.version }), steps }
}

function refuseBlocked(steps: readonly Step[]): void {
  const blocked = steps.filter(({ blockers }) => blockers !== null)
  if (blocked.length === 0) return
  throw new CliError(
    'Existing rows are in the way: mend them, then push again. Nothing was changed.',
    exitCodes.notAccepted,
    {
      details: { steps: blocked },
    },
  )
}

/** The ids of all steps that may lose data, once each has been accepted. */
async function accepted(terminal: Terminal, steps: readonly Step[], options: ApplyOptions): Promise<readonly string[]> {
  const given = options.accept ?? []
  const unknown = given.filter((id) => !steps.some((step) => step.id === id))
  if (unknown.length > 0)
    throw new CliError(`No step of the plan is called ${unknown.join(', ')}. Nothing was changed.`, exitCodes.usage)
  const open = steps.filter(({ id, risk }) => risk === 'destructive' && !given.includes(id))
  if (!terminal.interactive) {
    if (open.length > 0) throw losesData(open)
    if (options.yes === undefined)
      throw new CliError('Nobody is there to say yes: add --yes. Nothing was changed.', exitCodes.notAccepted, {
        details: { steps },
      })
    return given
  }
  for (const step of open) {
    const rows = step.rows === 0 ? '' : ` (${step.rows.toLocaleString('en')} rows)`
    if (!(await askYesNo(`This loses data${rows}: ${step.summary} Do it?`))) throw losesData([step])
  }
  const isSure = options.yes || open.length > 0 || (await askYesNo('Apply these steps?'))
  if (!isSure) throw new CliError('Nothing was changed.', exitCodes.cancelled)
  return [...given, ...open.map(({ id }) => id)]
}

const losesData = (steps: readonly Step[]): CliError =>
  new CliError(
    `This loses data. To do it all the same, add: ${steps.map(({ id }) => `--accept '${id}'`).join(' ')}. Nothing was changed.`,
    exitCodes.notAccepted,
    { details: { steps } },
  )
