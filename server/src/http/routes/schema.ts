import type { Catalog } from '../../catalog/catalog.ts'
import { adminOnly } from '../admin-only.ts'
import { json } from '../answers.ts'
import { readJson } from '../body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

/** `/api/schema`: the schema document, and changing it. */
export const schemaRoutes = (catalog: Catalog): Router =>
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
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify(await catalog.apply(await readJson(req), req.actor)))
      }),
    },
    '/versions': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify({ items: await catalog.versions() }))
      }),
    },
  })
