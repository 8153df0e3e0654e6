import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** Counts one answered request. `route` is the template, never a path with ids in it. */
  observe(method: string, route: string, status: number, seconds: number): void
  /** Shows a number that is read when somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): void
  /** The same for a number that only grows. */
  counter(name: string, help: string, read: () => number): void
  /** The text for Prometheus, and its content type. */
  readonly contentType: string
  text(): Promise<string>
  /** The same as values, for another process to put together with its own. */
  values(): Promise<MetricValues>
}

export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** The text of several processes' numbers, which are told apart by their labels. */
export const metricsText = (values: readonly MetricValues[]): Promise<string> =>
  AggregatorRegistry.aggregate([...values]).metrics()

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

// Anybody can send any word as a method; each would be a time series of its own.
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The metrics of one server. `labels` go with each number. */
export function createMetrics(labels: Readonly<Record<string, string>> = {}): Metrics {
  const register = new Registry()
  register.setDefaultLabels(labels)
  const registers = [register]
  collectDefaultMetrics({ register })
  const requests = new Counter({
    name: 'plinth_http_requests_total',
    help: 'Answered HTTP requests.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'plinth_http_request_duration_seconds',
    help: 'From the request line to the last byte of the answer.',
    labelNames: ['method', 'route'],
    buckets,
    registers,
  })
  return {
    observe: (sent, route, status, seconds) => {
      const method = methods.has(sent) ? sent : 'other'
      requests.inc({ method, route, status })
      durations.observe({ method, route }, seconds)
    },
    gauge: (name, help, read) => {
      const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) })
    },
    counter: (name, help, read) => {
      const counter: Counter = new Counter({
        name,
        help,
        registers,
        collect: () => {
          counter.reset()
          counter.inc(read())
        },
      })
    },
    contentType: register.contentType,
    text: () => register.metrics(),
    values: () => register.getMetricsAsJSON(),
  }
}
