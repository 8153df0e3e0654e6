import type { Auth } from '../auth/open-auth.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { RecordsDeps } from '../records/operation.ts'
import { json } from './answers.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { linkRoutes } from './pages/link-pages.ts'
import { setupPage } from './pages/setup-page.ts'
import { mount, type Router, routes } from './router.ts'
import { keyRoutes } from './routes/api-keys.ts'
import { authRoutes } from './routes/auth.ts'
import { docsRoutes } from './routes/docs.ts'
import { eventRoutes } from './routes/events.ts'
import { explainRoutes } from './routes/explain.ts'
import { type HealthDeps, healthRoutes } from './routes/health.ts'
import { type LogRoutesDeps, logRoutes } from './routes/logs.ts'
import { inviteRoutes, mailTemplateRoutes, outboxRoutes } from './routes/mail-admin.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { openApiRoutes } from './routes/openapi.ts'
import { providerAdminRoutes } from './routes/provider-admin.ts'
import { batchRoutes, recordsRoutes } from './routes/records.ts'
import { schemaRoutes } from './routes/schema.ts'
import { keySetRoutes, signingKeyRoutes } from './routes/signing-keys.ts'
import { userRoutes } from './routes/users.ts'
import { viewRoutes } from './routes/view-as.ts'

export interface RoutesDeps extends HealthDeps, LogRoutesDeps {
  readonly auth: Auth
  readonly browser: BrowserSessions
  readonly catalog: Catalog
  /** Bytes that an import may have. */
  readonly maxImport: number
  readonly metrics: Metrics
  /** What `/metrics` asks for; null leaves it open. */
  readonly metricsToken: string | null
  readonly records: RecordsDeps
  /** The address under which people reach the server; null where nobody said. */
  readonly publicUrl: string | null
}

/** Everything the server answers: the table of contents of the API. The busiest come first. */
export const allRoutes = (deps: RoutesDeps): Router =>
  mount({
    '/api/records': recordsRoutes(deps.records, deps.maxImport),
    '/api/batch': batchRoutes(deps.records),
    '/api/auth': authRoutes(deps),
    '/api/schema': schemaRoutes(deps),
    '/api/admin/keys': keyRoutes(deps),
    '/api/admin/users': userRoutes(deps),
    '/api/admin/view-as': viewRoutes(deps),
    '/api/admin/signing-keys': signingKeyRoutes(deps),
    '/api/admin/events': eventRoutes(deps),
    '/api/admin/logs': logRoutes(deps),
    '/api/admin/outbox': outboxRoutes(deps),
    '/api/admin/mail-templates': mailTemplateRoutes(deps),
    '/api/admin/invites': inviteRoutes(deps),
    '/api/admin/providers': providerAdminRoutes(deps),
    '/api/admin/explain': explainRoutes(deps.records),
    '/health': healthRoutes(deps),
    '/api/openapi.json': openApiRoutes(deps.records, deps.publicUrl),
    '/.well-known/jwks.json': keySetRoutes(deps),
    '/docs': docsRoutes(),
    '/metrics': metricsRoutes(deps.metrics, deps.metricsToken),
    '/auth': linkRoutes(deps),
    '/setup': routes({ '/': { get: setupPage } }),
    '/': routes({ '/': { get: (_req, res) => json(res, 200, welcome) } }),
  })

const welcome = JSON.stringify({
  name: 'Plinth',
  links: { docs: '/docs', openapi: '/api/openapi.json', records: '/api/records', health: '/health/ready' },
})
