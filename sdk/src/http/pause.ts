/**
 * Waits, at most `milliseconds`: a browser that was offline and is online again is reason enough to try at once. Ends
 * early, without a fault, where the caller aborts.
 */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const events = typeof addEventListener === 'function' ? globalThis : null
    const done = (): void => {
      clearTimeout(timer)
      events?.removeEventListener('online', done)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    events?.addEventListener('online', done)
    signal?.addEventListener('abort', done)
    if (signal?.aborted) done()
  })
}
