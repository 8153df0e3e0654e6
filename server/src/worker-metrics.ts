import type { Worker } from 'node:cluster'
import { type MetricValues, metricsText } from './observability/metrics.ts'
import { type FromWorker, tell } from './worker-message.ts'

/** One that does not say its numbers within this is left out. */
const patienceMs = 2_000

interface Asked {
  readonly id: number
  readonly worker: Worker
  readonly answer: (values: MetricValues | null) => void
}

/** Collects the numbers of all workers for whichever of them is asked. */
export class WorkerMetrics {
  readonly #workers: ReadonlySet<Worker>
  readonly #asked = new Set<Asked>()
  #lastId = 0

  constructor(workers: ReadonlySet<Worker>) {
    this.#workers = workers
  }

  note(worker: Worker, message: FromWorker): void {
    if (message.plinth === 'metrics') this.#settle(({ id }) => id === message.id, message.values)
    if (message.plinth !== 'askMetrics') return
    void this.#collect().then((text) => tell(worker, { plinth: 'allMetrics', id: message.id, text }))
  }

  /** It has ended, and tells nothing any more. */
  forget(worker: Worker): void {
    this.#settle((asked) => asked.worker === worker, null)
  }

  async #collect(): Promise<string> {
    const told = await Promise.all([...this.#workers].map((worker) => this.#ask(worker)))
    return metricsText(told.filter((values) => values !== null))
  }

  #ask(worker: Worker): Promise<MetricValues | null> {
    return new Promise((answer) => {
      this.#lastId += 1
      const asked: Asked = { id: this.#lastId, worker, answer }
      this.#asked.add(asked)
      setTimeout(() => this.#settle((each) => each === asked, null), patienceMs).unref()
      tell(worker, { plinth: 'tellMetrics', id: asked.id })
    })
  }

  #settle(fits: (asked: Asked) => boolean, values: MetricValues | null): void {
    for (const asked of [...this.#asked].filter(fits)) {
      this.#asked.delete(asked)
      asked.answer(values)
    }
  }
}
