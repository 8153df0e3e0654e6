import type { SessionStorage } from './session-storage.ts'

/** Keeps the session as long as the program runs: the default outside of browsers. */
export function memoryStorage(): SessionStorage {
  const kept = new Map<string, string>()
  return {
    get: (name) => kept.get(name) ?? null,
    set: (name, value) => {
      if (value === null) kept.delete(name)
      else kept.set(name, value)
    },
  }
}
