import { appendFileSync, renameSync, statSync } from 'node:fs'

const maxBytes = 5_000_000

/** Appends to a file; when it is full, it becomes `<file>.1` in place of the former one, and a new one begins. */
export function boundedLog(file: string): (text: string) => void {
  let size = sizeOf(file)
  return (text) => {
    try {
      if (size > maxBytes) {
        renameSync(file, `${file}.1`)
        size = 0
      }
      appendFileSync(file, text, { mode: 0o600 })
      size += Buffer.byteLength(text)
    } catch {
      // A full disk must not end the server: it is what the server has to tell about.
    }
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
