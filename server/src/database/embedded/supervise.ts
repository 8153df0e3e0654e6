import { CannotStart } from '../cannot-start.ts'
import type { ServerProcess } from './server-process.ts'

export interface Supervised {
  /** Settles when the server has ended for good: with nothing after `stop()`, else with the reason. */
  readonly exited: Promise<CannotStart | undefined>
  stop(): Promise<void>
}

const maxDeaths = 5
const withinMilliseconds = 60_000

/** Keeps a server running: when it ends unasked it is started again, unless it dies again and again. */
export async function supervise(
  start: () => Promise<ServerProcess>,
  log: (message: string) => void,
): Promise<Supervised> {
  let server = await start()
  let stopping = false

  async function watch(): Promise<CannotStart | undefined> {
    let deaths: readonly number[] = []
    for (;;) {
      await server.ended
      if (stopping) return undefined
      const now = Date.now()
      deaths = [...deaths.filter((death) => now - death < withinMilliseconds), now]
      if (deaths.length > maxDeaths) {
        return new CannotStart(
          `PostgreSQL ended ${deaths.length} times within a minute: see postgres.log in the data folder.`,
        )
      }
      log('PostgreSQL ended unexpectedly: starting it again.')
      try {
        server = await start()
      } catch (error) {
        return error instanceof CannotStart ? error : new CannotStart('PostgreSQL could not be started again.', error)
      }
      if (stopping) await server.stop()
      else log('PostgreSQL runs again.')
    }
  }

  const exited = watch()
  return {
    exited,
    stop: async () => {
      stopping = true
      await server.stop()
      await exited
    },
  }
}
