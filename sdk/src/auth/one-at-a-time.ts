/**
 * Lets one caller in at a time, of all tabs that share an origin where the platform can tell (Web Locks), else of this
 * program: https://www.w3.org/TR/web-locks/
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks
  return locks === undefined ? work() : locks.request(name, work)
}
