/** Where a session is kept: text by a name. */
export interface SessionStorage {
  get(name: string): string | null | Promise<string | null>
  /** Null removes it. */
  set(name: string, value: string | null): void | Promise<void>
  /** Calls when somebody else, such as another tab, has changed it; answers what ends that. */
  watch?(name: string, onChange: () => void): () => void
}
