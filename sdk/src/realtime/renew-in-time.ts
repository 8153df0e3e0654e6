import type { SessionKeeper } from '../auth/session-keeper.ts'

/** The longest time that a timer takes, in milliseconds. */
const longest = 2 ** 31 - 1
const shortest = 1_000

/**
 * Renews the session before its token ends, for as long as a connection stands on it: requests renew it when they need it,
 * but a connection sends none. Answers what ends that.
 */
export function renewInTime(keeper: SessionKeeper): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    clearTimeout(timer)
    if (keeper.known === null) return
    // Drawn, so that many clients that signed in together do not come together.
    const share = 0.8 + Math.random() * 0.1
    const delay = Math.max(shortest, (keeper.known.endsAt - Date.now()) * share)
    timer = setTimeout(() => keeper.refresh().catch(schedule), Math.min(longest, delay))
  }
  const end = keeper.onChange(schedule)
  keeper.current().then(schedule, () => {})
  return () => {
    end()
    clearTimeout(timer)
  }
}
