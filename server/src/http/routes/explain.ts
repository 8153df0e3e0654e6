import { explain } from '../../records/explain/explain.ts'
import { operationOf, type RecordsDeps } from '../../records/operation.ts'
import { adminOnly } from '../admin-only.ts'
import { json, NO_STORE } from '../answers.ts'
import { readJson } from '../body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

/** `/api/admin/explain`: why a request is allowed or refused. */
export const explainRoutes = (deps: RecordsDeps): Router =>
  routes({
    '/': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const operation = operationOf(deps, req.actor, req.requestId)
        json(res, 200, JSON.stringify(await explain(operation, await readJson(req))), NO_STORE)
      }),
    },
  })
