import type { RecordsDeps } from '../../records/operation.ts'
import { json, noContent } from '../answers.ts'
import { isKnown } from '../etag.ts'
import { documentRenderer } from '../openapi/rendered-document.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'
import { serverVersion } from '../server-version.ts'

/** `/api/openapi.json`: the API as the caller may use it. */
export function openApiRoutes({ catalog, plans }: RecordsDeps, publicUrl: string | null): Router {
  const render = documentRenderer({ publicUrl, version: serverVersion })
  return routes({
    '/': {
      get: (req, res) => {
        parseQuery(req.target, [])
        const { text, etag } = render(plans.access(catalog.model, req.actor))
        if (isKnown(req.headers['if-none-match'], etag)) noContent(res, { ETag: etag }, 304)
        else json(res, 200, text, { ETag: etag })
      },
    },
  })
}
