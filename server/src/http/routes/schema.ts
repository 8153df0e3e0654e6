import type { Auth } from '../../auth/open-auth.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { adminOnly } from '../admin-only.ts'
import { json } from '../answers.ts'
import { readJson } from '../body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import { type Router, routes } from '../router.ts'

export interface SchemaRoutesDeps {
  readonly catalog: Catalog
  readonly auth: Pick<Auth, 'factors'>
}

/** `/api/schema`: the schema document, and changing it. */
export const schemaRoutes = ({ catalog, auth }: SchemaRoutesDeps): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { document } = await catalog.refresh()
        json(res, 200, JSON.stringify(document))
      }),
    },
    '/plan': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify(await catalog.plan(await readJson(req))))
      }),
    },
    '/apply': {
      post: adminOnly(
        recentProof(auth, async (req, res) => {
          parseQuery(req.target, [])
          json(res, 200, JSON.stringify(await catalog.apply(await readJson(req), req.actor)))
        }),
      ),
    },
    '/versions': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify({ items: await catalog.versions() }))
      }),
    },
  })
