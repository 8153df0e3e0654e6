import { errors } from '@plinth/schema'
import { checkFilter } from '../query/check-filter.ts'
import { aliases } from '../query/compiler.ts'
import { compileDelete, compileDeleteMany, type DeleteQuery, planDelete } from '../query/delete.ts'
import {
  findCollection,
  inTransaction,
  makeRun,
  type Operation,
  recordId,
  runPlan,
  wakeReaders,
  withAccess,
} from './operation.ts'
import { grantsOf } from './parse-record.ts'
import { refusal } from './refusal.ts'
import { countAll } from './update-records.ts'
import { writeProblem } from './write-error.ts'

const maxTries = 3

/** Deletes one record: one statement, rules included. */
export async function deleteRecord(
  operation: Operation,
  name: string,
  givenId: string,
  rev: string | null,
): Promise<void> {
  await withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    grantsOf(access, collection, 'delete')
    const id = recordId(name, givenId)
    const query: DeleteQuery = { collection, expectsRev: rev !== null }
    const { plan } = operation.deps.plans.planned(access, ['delete', name, query.expectsRev], () => ({
      plan: operation.deps.plans.plan(compileDelete(access, query)),
    }))
    const run = makeRun(operation, { id, rev })
    for (let tries = 1; ; tries += 1) {
      const [row] = await runPlan(operation, access, plan, run).catch((error: unknown) => {
        throw writeProblem(error, { access, collection, action: 'delete' })
      })
      if (row?.[1]) return
      const problem = await refusal(operation, access, collection, 'delete', planDelete(access, query, aliases()), run)
      if (problem || tries === maxTries) throw problem ?? errors.conflict()
    }
  })
  wakeReaders(operation)
}

/** Deletes all records that match a filter, or none: answers how many. */
export async function deleteRecords(operation: Operation, name: string, filter: string): Promise<number> {
  const count = await withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    grantsOf(access, collection, 'delete')
    const { plan } = operation.deps.plans.planned(access, ['deleteMany', name, filter], () => ({
      plan: operation.deps.plans.plan(
        compileDeleteMany(access, { collection, expectsRev: false }, checkFilter(access, name, filter)),
      ),
    }))
    return inTransaction(operation, async (inner) => {
      const [row] = await runPlan(inner, access, plan, makeRun(inner)).catch((error: unknown) => {
        throw writeProblem(error, { access, collection, action: 'delete' })
      })
      return countAll(row, collection, 'delete')
    })
  })
  wakeReaders(operation)
  return count
}
