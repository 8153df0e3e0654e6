import cluster from 'node:cluster'
import type { Metrics } from './observability/metrics.ts'
import { type FromWorker, isOurs, type ToWorker } from './worker-message.ts'

/** This process, as one of a group of workers. */
export interface WorkerProcess {
  /** From 1 on; one that takes the place of another has the same. */
  readonly number: number
  ready(url: string): void
  /** Why it cannot start. Resolves when that has been told. */
  failed(reason: string): Promise<void>
  onStop(stop: () => void): void
  /** The same metrics, whose text has the numbers of all workers. */
  shareMetrics(own: Metrics): Metrics
}

/** The worker that this process is; null where it is none. */
export function thisWorker(): WorkerProcess | null {
  if (!cluster.isWorker) return null
  return {
    number: Number(process.env['WORKER_NUMBER']),
    ready: (url) => void send({ plinth: 'ready', url }),
    failed: (reason) => send({ plinth: 'failed', reason }),
    onStop: (stop) =>
      hear((message) => {
        if (message.plinth === 'stop') stop()
      }),
    shareMetrics,
  }
}

/** Resolves in any case: who cannot be told has ended, and this process is about to. */
const send = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })

const hear = (listener: (message: ToWorker) => void): void => {
  process.on('message', (message: unknown) => {
    // What is ours is of this type: both ends are the same build.
    if (isOurs(message)) listener(message as ToWorker)
  })
}

function shareMetrics(own: Metrics): Metrics {
  const asked = new Map<number, (text: string) => void>()
  let lastId = 0
  hear((message) => {
    if (message.plinth === 'tellMetrics')
      void own.values().then((values) => send({ plinth: 'metrics', id: message.id, values }))
    if (message.plinth !== 'allMetrics') return
    asked.get(message.id)?.(message.text)
    asked.delete(message.id)
  })
  const text = (): Promise<string> =>
    new Promise((resolve) => {
      lastId += 1
      asked.set(lastId, resolve)
      void send({ plinth: 'askMetrics', id: lastId })
    })
  return { ...own, text }
}
