import { type CollectionModel, errors, type Problem } from '@plinth/schema'
import type { Access, WriteAction } from '../access/access.ts'
import { compileDiagnosis } from '../query/diagnose.ts'
import type { Run } from '../query/run.ts'
import type { WriteCheck } from '../query/write-check.ts'
import { changedFields } from './changed-fields.ts'
import { type Operation, runOnce } from './operation.ts'

/**
 * Why a write to one record wrote nothing: its checks are asked one by one. Null where all of them hold by now, because
 * somebody changed the record in between.
 */
export async function refusal(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  action: WriteAction,
  checks: readonly WriteCheck[],
  run: Run,
): Promise<Problem | null> {
  const [row = []] = await runOnce(operation, access, compileDiagnosis(collection, checks), run)
  const rev = row[1]
  const failed = checks.filter((_, i) => row[i + 2] !== 't')
  const isFailed = (kind: WriteCheck['kind']) => failed.some((check) => check.kind === kind)
  if (rev === null || rev === undefined || isFailed('visible')) {
    return errors.recordNotFound({ id: run.id ?? '', collection: collection.name })
  }
  if (isFailed('revision')) {
    const changed = await changedFields(operation, access, collection, run)
    return errors.revisionMismatch({ rev: run.rev ?? '' }, { extra: { current: rev, ...(changed && { changed }) } })
  }
  return refusedBy(failed, collection, action)
}

/** What is said of checks that fail whether or not the record exists. */
export function refusedBy(
  failed: readonly WriteCheck[],
  collection: CollectionModel,
  action: WriteAction,
  path = '',
): Problem | null {
  const relations = failed.filter((check) => check.kind === 'relation')
  if (relations.length > 0) {
    const message = 'There is no such record, or you may not see it.'
    return errors.invalidBody({
      errors: relations.map(({ field }) => ({ path: `${path}/${field ?? ''}`, code: 'recordNotFound', message })),
    })
  }
  return failed.some((check) => check.kind === 'grant')
    ? errors.forbidden({ action, collection: collection.name })
    : null
}
