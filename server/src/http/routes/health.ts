import { json, NO_STORE } from '../answers.ts'
import { type Router, routes } from '../router.ts'

export interface HealthDeps {
  /** Whether the database answers. */
  readonly isReachable: () => Promise<boolean>
  readonly isDraining: () => boolean
}

/** `/health`: for whoever starts, restarts and balances copies of the server. */
export const healthRoutes = ({ isReachable, isDraining }: HealthDeps): Router =>
  routes({
    '/live': { get: (_req, res) => json(res, 200, '{"status":"ok"}', NO_STORE) },
    '/ready': {
      get: async (_req, res) => {
        const status = isDraining() ? 'draining' : (await isReachable()) ? 'ok' : 'database unreachable'
        json(res, status === 'ok' ? 200 : 503, JSON.stringify({ status }), NO_STORE)
      },
    },
  })
