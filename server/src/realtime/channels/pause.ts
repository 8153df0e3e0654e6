/** Waits, but not for long once `closed` is aborted. */
export const pause = (ms: number, closed: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms).unref()
    closed.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      closed.removeEventListener('abort', done)
      resolve()
    }
  })
