import { isRecord } from '@plinth/schema'

/** The members of a plain object; none of anything else. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
