import autocannon from 'autocannon'
import { headersOf } from '../request.ts'
import type { Load } from './load.ts'

export const loadByAutocannon = (connections: number): Load => ({
  name: 'autocannon',
  async run({ url, token }, requests, seconds) {
    const bearer = await token()
    let sent = 0
    // Each connection would go through a list from its beginning, all writing to the same records.
    const setupRequest = (request: autocannon.Request): autocannon.Request => {
      const next = requests[sent++ % requests.length]
      if (next === undefined) return request
      const { method, path, body } = next
      return { ...request, method, path, headers: headersOf(bearer, next), ...(body !== null && { body }) }
    }
    const result = await autocannon({ url, connections, duration: seconds, requests: [{ setupRequest }] })
    return {
      requests: result['2xx'],
      perSecond: result['2xx'] / result.duration,
      p50: result.latency.p50,
      p99: result.latency.p99,
      errors: result.non2xx + result.errors + result.timeouts,
    }
  },
})
