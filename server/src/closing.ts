/** What has to be closed again. */
export interface Closing {
  add(close: () => Promise<unknown>): void
  /** Closes what was opened last first. One that fails keeps none of the others open. Runs once, however often it is called. */
  close(): Promise<void>
}

/** Collects what is opened, to close it in turn. */
export function closingInTurn(): Closing {
  const opened: (() => Promise<unknown>)[] = []
  let closed: Promise<void> | undefined
  async function closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (const close of opened.toReversed()) await close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be closed.')
  }
  return {
    add: (close) => void opened.push(close),
    close: () => (closed ??= closeAll()),
  }
}
