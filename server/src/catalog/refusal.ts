import { Problem } from '@plinth/schema'
import pg from 'pg'
import { lockSeconds } from './lock-tables.ts'

/** Why a step could not run, as a sentence; `passing` where it may well work when it is tried again. */
export interface Refusal {
  readonly reason: string
  readonly passing: boolean
}

const busy = `The table was in use for more than ${lockSeconds} seconds. Try again at a quieter moment.`
const reasons: Readonly<Record<string, string>> = {
  '55P03': busy,
  '40P01': 'Other requests used the same tables at the same moment. Try again.',
  '57014': 'It took too long and was stopped.',
}

export function refusal(cause: unknown): Refusal {
  if (cause instanceof Problem) return { reason: cause.message, passing: true }
  if (!(cause instanceof pg.DatabaseError)) return { reason: messageOf(cause), passing: false }
  const known = reasons[cause.code ?? '']
  if (known !== undefined) return { reason: known, passing: true }
  const detail = cause.detail === undefined ? '' : ` (${cause.detail})`
  return { reason: `${cause.message}${detail}.`, passing: false }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
