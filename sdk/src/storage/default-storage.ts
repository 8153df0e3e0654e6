import { localStorage } from './local-storage.ts'
import { memoryStorage } from './memory-storage.ts'
import type { SessionStorage } from './session-storage.ts'

/** `localStorage` in browsers, memory elsewhere. Not every program that has a `localStorage` is a browser. */
export function defaultStorage(): SessionStorage {
  if (typeof document === 'undefined') return memoryStorage()
  try {
    return localStorage()
  } catch {
    // The user, or the frame that the page is in, forbids it.
    return memoryStorage()
  }
}
