import { hash, timingSafeEqual } from 'node:crypto'
import { errors } from '@plinth/schema'
import type { Metrics } from '../../observability/metrics.ts'
import { json } from '../answers.ts'
import { type Router, routes } from '../router.ts'

/** `/metrics` for Prometheus. Its numbers name routes and no records; `token`, where set, closes it to strangers all the same. */
export const metricsRoutes = (metrics: Metrics, token: string | null): Router =>
  routes({
    '/': {
      get: async (req, res) => {
        if (token !== null && !isSame(req.headers.authorization ?? '', `Bearer ${token}`)) throw errors.notSignedIn()
        json(res, 200, await metrics.text(), { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
      },
    },
  })

// Hashes have one length, which comparing without giving time away needs.
const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
