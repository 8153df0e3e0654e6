import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { closeUntaken } from './close-untaken.ts'
import { CannotStart } from './database/cannot-start.ts'
import type { Log } from './observability/log.ts'
import { WorkerMetrics } from './worker-metrics.ts'
import { type FromWorker, isOurs, tell } from './worker-message.ts'

export interface WorkerGroupOptions {
  readonly count: number
  /** The program that each worker runs. */
  readonly main: string
  /** Variables that they have besides those of this process. */
  readonly environment: Readonly<Record<string, string>>
  readonly log: Log
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** After so long a worker that was asked to end is ended. */
const patienceMs = 30_000

/** Processes that serve at one address. One that dies is replaced. */
export class WorkerGroup {
  readonly #options: WorkerGroupOptions
  readonly #workers = new Set<Worker>()
  readonly #metrics = new WorkerMetrics(this.#workers)
  #stopping = false

  constructor(options: WorkerGroupOptions) {
    this.#options = options
    cluster.setupPrimary({ exec: options.main, args: [] })
  }

  /** Answers where they serve. The first goes ahead: what keeps it from starting is said once. @throws CannotStart */
  async start(): Promise<string> {
    const url = await this.#begin(1)
    await Promise.all(Array.from({ length: this.#options.count - 1 }, (_, i) => this.#begin(i + 2)))
    return url
  }

  /** Has all of them finish what runs. */
  async stop(): Promise<void> {
    this.#stopping = true
    const ended = [...this.#workers].map((worker) => once(worker, 'exit'))
    for (const worker of this.#workers) tell(worker, { plinth: 'stop' })
    const impatient = setTimeout(() => this.#kill(), patienceMs)
    await Promise.all(ended)
    clearTimeout(impatient)
  }

  #kill(): void {
    for (const { process: child } of this.#workers) child.kill('SIGKILL')
  }

  /** Starts a worker; resolves when it serves. */
  #begin(number: number): Promise<string> {
    const { environment, log } = this.#options
    const worker = cluster.fork({ ...environment, WORKER_NUMBER: String(number) })
    closeUntaken(worker)
    this.#workers.add(worker)
    const about = { worker: number, pid: worker.process.pid }
    const serving = Promise.withResolvers<string>()
    let isReady = false
    worker.on('message', (message: unknown) => {
      if (!isOurs(message)) return
      // What is ours is of this type: both ends are the same build.
      const told = message as FromWorker
      this.#metrics.note(worker, told)
      if (told.plinth === 'failed') serving.reject(new CannotStart(told.reason))
      if (told.plinth !== 'ready') return
      isReady = true
      log.info(about, 'a worker is ready')
      serving.resolve(told.url)
    })
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#workers.delete(worker)
      this.#metrics.forget(worker)
      if (!isReady) return serving.reject(new CannotStart(`Worker ${number} ended while it started.`))
      if (this.#stopping) return
      log.error({ ...about, code, signal }, 'a worker died and is replaced')
      void this.#replace(number)
    })
    // Sending to one that has just died.
    worker.on('error', () => {})
    return serving.promise
  }

  async #replace(number: number): Promise<void> {
    for (let pause = firstPauseMs; !this.#stopping; pause = Math.min(2 * pause, longestPauseMs)) {
      try {
        return void (await this.#begin(number))
      } catch (err) {
        if (!this.#stopping) this.#options.log.error({ err, worker: number }, 'a worker could not be replaced yet')
      }
      await pauseFor(pause, undefined, { ref: false })
    }
  }
}
