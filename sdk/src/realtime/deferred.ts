export interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** `Promise.withResolvers`, which not every browser has that is still in use. */
export function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> = { resolve: () => {}, reject: () => {} }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}
