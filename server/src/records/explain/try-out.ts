import { Problem } from '@plinth/schema'
import { createRecord } from '../create-records.ts'
import { deleteRecord } from '../delete-records.ts'
import type { Operation } from '../operation.ts'
import { getRecord, listRecords } from '../read-records.ts'
import { updateRecord } from '../update-records.ts'
import type { ExplainRequest } from './explain-request.ts'

/** What the request would be answered. */
export interface Outcome {
  readonly status: number
  readonly body?: unknown
  readonly code?: string
  readonly title?: string
  readonly errors?: Problem['errors']
}

/** Carries an outcome out of the transaction it undoes. */
class RolledBack extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('rolled back on purpose')
    this.outcome = outcome
  }
}

/** Does what is asked in a transaction and undoes it. */
export async function tryOut(operation: Operation, request: ExplainRequest): Promise<Outcome> {
  try {
    return await operation.deps.database.transaction(async (session) => {
      throw new RolledBack(await attempt({ ...operation, session }, request))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.outcome
    if (error instanceof Problem && error.status < 500) return refused(error)
    throw error
  }
}

const refused = ({ status, code, message, errors }: Problem): Outcome => ({
  status,
  code,
  title: message,
  ...(errors.length > 0 && { errors }),
})

async function attempt(operation: Operation, { action, collection, id, body }: ExplainRequest): Promise<Outcome> {
  if (action === 'create') return answered(201, (await createRecord(operation, collection, body, undefined)).json)
  if (id === null) {
    return answered(
      200,
      await listRecords(operation, collection, new Map([['count', 'exact']]), { limit: 20, page: null, after: null }),
    )
  }
  if (action === 'read') return answered(200, (await getRecord(operation, collection, id, new Map())).json)
  if (action === 'update') return answered(200, (await updateRecord(operation, collection, id, body, {})).json)
  await deleteRecord(operation, collection, id, null)
  return { status: 204 }
}

const answered = (status: number, json: string): Outcome => ({ status, body: JSON.parse(json) })
