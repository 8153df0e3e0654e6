import type { Worker } from 'node:cluster'
import type { MetricValues } from './observability/metrics.ts'

/** What a worker tells the process that has started it. */
export type FromWorker =
  /** It serves at `url`. */
  | { readonly plinth: 'ready'; readonly url: string }
  /** It cannot start: a sentence for the person who starts it. */
  | { readonly plinth: 'failed'; readonly reason: string }
  /** Somebody wants to see the numbers of all workers. */
  | { readonly plinth: 'askMetrics'; readonly id: number }
  /** Its own numbers. */
  | { readonly plinth: 'metrics'; readonly id: number; readonly values: MetricValues }

/** What workers are told. */
export type ToWorker =
  /** Finish what runs, and end. */
  | { readonly plinth: 'stop' }
  /** Say your numbers. */
  | { readonly plinth: 'tellMetrics'; readonly id: number }
  /** The numbers of all workers, as they are shown. */
  | { readonly plinth: 'allMetrics'; readonly id: number; readonly text: string }

/** Whether a message between the processes is one of ours; node:cluster sends others. Both ends are the same build. */
export const isOurs = (message: unknown): message is { readonly plinth: string } =>
  typeof message === 'object' && message !== null && 'plinth' in message

/** Tells a worker something, unless it is gone. */
export function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message)
}
