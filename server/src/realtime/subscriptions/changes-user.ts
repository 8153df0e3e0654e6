import type { LoggedChange } from './logged-change.ts'
import type { Subscription } from './subscription.ts'

/** Whether a change is one of the user's own record, in a field that the rule asks about. */
export function changesUser(
  { id, before, after }: LoggedChange,
  { plan: { viewer, audience } }: Subscription,
): boolean {
  const fields = audience.judge?.needs.fields ?? new Set<string>()
  if (fields.size === 0 || viewer.user === null || viewer.user['id'] !== id) return false
  return [...fields].some((field) => before?.members.get(field) !== after?.members.get(field))
}
