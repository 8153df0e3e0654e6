import { type Config, readConfig } from './config.ts'
import { CannotStart } from './database/cannot-start.ts'
import { createLog } from './observability/log.ts'
import { type RunningServer, startServer } from './server.ts'
import { startWorkers } from './start-workers.ts'
import { thisWorker } from './worker-process.ts'

const config = readConfigOrExit()
const worker = thisWorker()
const log = createLog(config.logLevel, 1, worker === null ? null : { worker: worker.number })
let ending = false

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    console.error(textOf(error))
    process.exit(1)
  }
}

/** A sentence where the person who starts it can mend it, else all there is to know. */
function textOf(error: unknown): unknown {
  return error instanceof CannotStart ? error.message : error
}

/** Of many workers one alone says it. */
async function explain(error: unknown): Promise<void> {
  if (worker !== null && error instanceof CannotStart) await worker.failed(error.message)
  else console.error(textOf(error))
}

const starting =
  worker === null && config.workers > 1
    ? startWorkers(config, log, import.meta.filename)
    : startServer(config, log, {}, worker)
starting.then(run, async (error: unknown) => {
  await explain(error)
  void end(1)
})

async function run(server: RunningServer): Promise<void> {
  // A signal may have come while it was starting.
  if (!ending) announce(server)
  await explain(await server.failed)
  void end(1)
}

function announce(server: RunningServer): void {
  if (worker === null) console.log(greeting(server))
  else worker.ready(server.url)
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
worker?.onStop(() => void end(0))
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'a fault of ours: stopping')
  void end(1)
})
