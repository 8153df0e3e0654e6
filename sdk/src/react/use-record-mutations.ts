import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import type { PlinthError } from '../plinth-error.ts'
import type { AnyRecords } from './any-records.ts'
import { type Shown, showAhead, type Write } from './optimistic.ts'
import { keyRoot } from './queries.ts'

/** `hooks.ts` says what they take and answer. */
export function useRecordMutations(collection: string, records: AnyRecords) {
  const queries = useQueryClient()
  const { mutateAsync, isPending, error } = useMutation<unknown, PlinthError, Write, Shown>({
    mutationKey: [keyRoot],
    mutationFn: (write) => send(records, write),
    onMutate: (write) => showAhead(queries, collection, write),
    onError: (_, __, shown) => shown?.restore(),
    onSettled: () => askAgain(queries),
  })
  const run = (write: Write): Promise<unknown> => {
    const done = mutateAsync(write)
    // Whoever does not wait for it is told by `error`, and need not catch anything.
    done.catch(() => {})
    return done
  }
  return {
    create: (body: unknown) => run({ kind: 'create', body }),
    update: (id: string, body: object) => run({ kind: 'update', id, body }),
    replace: (id: string, body: object) => run({ kind: 'replace', id, body }),
    delete: (id: string) => run({ kind: 'delete', id }),
    isPending,
    error,
  }
}

const send = (records: AnyRecords, write: Write): Promise<unknown> => {
  if (write.kind === 'create') return records.create(write.body)
  return write.kind === 'delete' ? records.delete(write.id) : records[write.kind](write.id, write.body)
}

/** After the last of several writes: an answer between them would show some of them undone. */
async function askAgain(queries: QueryClient): Promise<void> {
  // Records of other collections may show this one, so all are asked again.
  if (queries.isMutating({ mutationKey: [keyRoot] }) === 1) await queries.invalidateQueries({ queryKey: [keyRoot] })
}
