import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Auth } from '../auth/auth.ts'
import type { AnyRecords } from './any-records.ts'
import { keyRoot } from './queries.ts'

/** Keeps a list in the cache right for as long as a component shows it. */
export function useLive(records: AnyRecords, auth: Auth, queryKey: QueryKey, options: object, isLive: boolean): void {
  const queries = useQueryClient()
  const userId = useUserId(auth)
  const key = JSON.stringify(queryKey)
  useEffect(() => {
    if (!isLive) return
    const show = async (items: readonly unknown[]): Promise<void> => {
      // What is shown ahead of a write stays until the write is done; then all is asked for again.
      if (queries.isMutating({ mutationKey: [keyRoot] }) > 0) return
      // An answer that is on its way may be older than this.
      await queries.cancelQueries({ queryKey })
      queries.setQueryData(queryKey, (page: object | undefined) => ({ next: null, ...page, items }))
    }
    // Asking in the usual way shows why it is refused.
    const onError = (): void => void queries.invalidateQueries({ queryKey })
    const { unsubscribe } = records.live({ ...options, onError }, (items) => void show(items))
    return unsubscribe
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key says all there is to say of the options
  }, [queries, key, isLive, userId])
}

/** Another user gets another list. */
function useUserId(auth: Auth): string | undefined {
  const [userId, setUserId] = useState(auth.user?.id)
  useEffect(() => auth.onChange(({ user }) => setUserId(user?.id)), [auth])
  return userId
}
