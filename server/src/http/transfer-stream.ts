import type { HttpResponse } from './http-request.ts'

/** A reader that takes nothing for so long is not waited for: it keeps a connection to PostgreSQL. Milliseconds. */
const readerPatience = 30_000

/**
 * Sends a piece of an answer, and waits until its reader has taken it. False where there is no reader any more, or one
 * that takes nothing.
 */
export function writePiece(res: HttpResponse, text: string, patience = readerPatience): Promise<boolean> {
  if (res.closed || res.destroyed) return Promise.resolve(false)
  if (res.write(text)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (goesOn: boolean): void => {
      clearTimeout(timer)
      res.off('drain', onDrain).off('close', onClose)
      resolve(goesOn)
    }
    const onDrain = (): void => settle(true)
    const onClose = (): void => settle(false)
    const timer = setTimeout(() => res.destroy(), patience)
    res.on('drain', onDrain).on('close', onClose)
  })
}
