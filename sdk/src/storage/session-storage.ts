/** Where a session is kept: text by a name. */
export interface SessionStorage {
  get(name: string): string | null | Promise<string | null>
  /** Null removes it. */
  set(name: string, value: string | null): void | Promise<void>
  /** Calls when somebody else, such as another tab, has changed it; answers what ends that. */
  watch?(name: string, onChange: () => void): () => void
  /**
   * Lets one caller in at a time, of all that share the storage: a session is renewed by one of them. Without it, all tabs
   * of an origin take turns, and so does whatever runs in one program.
   */
  readonly oneAtATime?: <T>(name: string, work: () => Promise<T>) => Promise<T>
}
