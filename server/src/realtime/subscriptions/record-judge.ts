import { type Expression, someExpression, staysWithinRecord } from '@plinth/schema'
import type { CollectionAccess } from '../../access/access.ts'
import { compilePredicate } from '../predicate/compile-predicate.ts'
import type { PredicateInput, WireRecord } from '../predicate/predicate-input.ts'
import type { LoggedChange, LoggedRecord } from './logged-change.ts'
import { type UserNeeds, userNeeds } from './user-lookups.ts'

/** What happened to a record, as those see it who may see some of its states and not others. */
export type EventType = 'create' | 'update' | 'delete' | 'enter' | 'leave'

/** Who is asked about: all of a kind of users get one verdict. */
export interface Viewer {
  /** The fields of the user's record that matter; null for who is no user. */
  readonly user: WireRecord | null
  readonly roles: readonly string[]
  /** Whether the address of who asks is verified. */
  readonly verified: boolean
}

/** Judges records by themselves: the read rule on the record as it is, the filter on what of it the viewer may see. */
export interface RecordJudge {
  readonly needs: UserNeeds
  /** What a change means to a viewer; null for nothing. */
  judge(change: LoggedChange, viewer: Viewer): EventType | null
  /** Whether the record shows this field to the viewer. */
  shows(field: string, record: LoggedRecord, viewer: Viewer, now: Date): boolean
}

type Predicate = (input: PredicateInput) => boolean

/** Null where the rule, the filter or the condition of a field follows a relation: then the database has to judge. */
export function recordJudge({ read, visible }: CollectionAccess, filter: Expression | null): RecordJudge | null {
  const conditions = [...visible.values()].filter((each): each is Expression => each !== true)
  const expressions = [...conditions, ...(typeof read === 'boolean' ? [] : [read]), ...(filter ? [filter] : [])]
  if (!expressions.every(staysWithinRecord)) return null
  const needs = userNeeds(expressions)
  // A filter sees the user's own record as that user may see it, which the log cannot tell.
  if (filter !== null && [...userNeeds([filter]).fields].length > 0) return null

  const mayRead = typeof read === 'boolean' ? () => read : compilePredicate(read)
  const fits = filter === null ? () => true : compilePredicate(filter)
  const shown = new Map<string, Predicate>(
    [...visible].map(([field, condition]) => [field, condition === true ? () => true : compilePredicate(condition)]),
  )
  const masked = [...visible].flatMap(([field, condition]) =>
    condition !== true && filter !== null && namesField(filter, field) ? [field] : [],
  )
  const inputOf = (record: LoggedRecord, { user, roles, verified }: Viewer, now: Date): PredicateInput => ({
    record: record.values,
    user,
    roles,
    verified,
    now,
  })
  const shows: RecordJudge['shows'] = (field, record, viewer, now) =>
    shown.get(field)?.(inputOf(record, viewer, now)) ?? false

  function isSeen(record: LoggedRecord, viewer: Viewer, now: Date): boolean {
    const input = inputOf(record, viewer, now)
    if (!mayRead(input)) return false
    if (masked.length === 0) return fits(input)
    const hidden = masked.filter((field) => !shows(field, record, viewer, now)).map((field) => [field, null])
    return fits({ ...input, record: { ...record.values, ...Object.fromEntries(hidden) } })
  }
  /** Whether the viewer can tell the two apart. */
  function differ(before: LoggedRecord, after: LoggedRecord, viewer: Viewer, now: Date): boolean {
    return [...visible].some(([field, condition]) => {
      const isShown = shows(field, after, viewer, now)
      if (condition !== true && isShown !== shows(field, before, viewer, now)) return true
      return isShown && before.members.get(field) !== after.members.get(field)
    })
  }
  return {
    needs,
    shows,
    judge: ({ before, after, at }, viewer) => {
      const was = before !== null && isSeen(before, viewer, at)
      const is = after !== null && isSeen(after, viewer, at)
      if (before === null) return is ? 'create' : null
      if (after === null) return was ? 'delete' : null
      if (was && is) return differ(before, after, viewer, at) ? 'update' : null
      return was ? 'leave' : is ? 'enter' : null
    },
  }
}

const namesField = (expression: Expression, field: string): boolean =>
  someExpression(expression, (part) => part.kind === 'path' && part.root === 'record' && part.field === field)
