import type { SessionStorage } from './session-storage.ts'

/** Keeps the session in the browser's `localStorage`, for all tabs: the default in browsers. */
export function localStorage(): SessionStorage {
  const storage = globalThis.localStorage
  return {
    get: (name) => storage.getItem(name),
    set: (name, value) => {
      if (value === null) storage.removeItem(name)
      else storage.setItem(name, value)
    },
    watch: (name, onChange) => {
      // Browsers tell other tabs alone. A null key is a storage that was cleared.
      const listener = ({ key }: StorageEvent): void => {
        if (key === name || key === null) onChange()
      }
      addEventListener('storage', listener)
      return () => removeEventListener('storage', listener)
    },
  }
}
