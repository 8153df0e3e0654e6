import { type Config, readConfig } from './config.ts'
import { CannotStart } from './database/cannot-start.ts'
import { createLog } from './observability/log.ts'
import { type RunningServer, startServer } from './server.ts'

const config = readConfigOrExit()
const log = createLog(config.logLevel)
let ending = false

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    explain(error)
    process.exit(1)
  }
}

/** A sentence where the person who starts it can mend it, else all there is to know. */
function explain(error: unknown): void {
  console.error(error instanceof CannotStart ? error.message : error)
}

const starting = startServer(config, log)
starting.then(run, (error: unknown) => {
  explain(error)
  void end(1)
})

async function run(server: RunningServer): Promise<void> {
  // A signal may have come while it was starting.
  if (!ending) console.log(greeting(server))
  explain(await server.failed)
  void end(1)
}

function greeting({ url, setupUrl }: RunningServer): string {
  const seconds = (performance.now() / 1000).toFixed(1)
  const ready = `Plinth is ready at ${config.publicUrl ?? url} (${seconds} s).`
  return setupUrl === null
    ? ready
    : `${ready}\n\nCreate the first admin here (this link works once, within a day):\n  ${setupUrl}\n`
}

/** Finishes what runs, stops PostgreSQL and exits. */
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  const failed = await starting.then(stop, () => false)
  log.flushSync()
  process.exit(failed ? 1 : code)
}

/** Answers whether it failed. */
const stop = (server: RunningServer): Promise<boolean> =>
  server.stop().then(
    () => false,
    (error: unknown) => {
      log.error({ err: error }, 'stopping failed')
      return true
    },
  )

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait. PostgreSQL then recovers at the next start.
    if (ending) process.exit(130)
    void end(0)
  })
}
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'a fault of ours: stopping')
  void end(1)
})
