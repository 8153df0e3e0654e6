import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { Auth } from '../auth/auth.ts'
import type { AuthState } from './hooks.ts'

/** Who is signed in, here or in another tab. */
export function useAuthState(auth: Auth): AuthState {
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    let isThere = true
    // What cannot be read is nobody's session.
    void auth
      .ready()
      .catch(() => null)
      .then(() => isThere && setReady(true))
    return () => {
      isThere = false
    }
  }, [auth])
  const user = useSyncExternalStore(
    useCallback((onChange) => auth.onChange(onChange), [auth]),
    () => auth.user,
    // What a server renders is what a page shows before it has read its storage.
    () => null,
  )
  return { user, isReady, auth }
}
