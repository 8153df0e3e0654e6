/**
 * Makes `work` run once for all who ask while it waits to start. Who asks while it runs gets the next run, since the
 * present one may have looked too early; so there are never more than one running and one waiting.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined
  let waiting: Promise<Result> | undefined

  const start = (): Promise<Result> => {
    waiting = undefined
    const run = work().finally(() => {
      if (running === run) running = undefined
    })
    running = run
    return run
  }
  return () => {
    if (running !== undefined) waiting ??= running.then(start, start)
    return waiting ?? start()
  }
}
