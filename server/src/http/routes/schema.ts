import { createHash } from 'node:crypto'
import { errors, type SchemaDocument } from '@plinth/schema'
import type { Auth } from '../../auth/open-auth.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { adminOnly } from '../admin-only.ts'
import { json, noContent } from '../answers.ts'
import { readJson } from '../body.ts'
import { isKnown } from '../etag.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import { type Router, routes } from '../router.ts'

export interface SchemaRoutesDeps {
  readonly catalog: Catalog
  readonly auth: Pick<Auth, 'factors'>
}

/** `/api/schema`: the schema document, and changing it. */
export function schemaRoutes({ catalog, auth }: SchemaRoutesDeps): Router {
  const render = renderOnce()
  return routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { document } = await catalog.refresh()
        const { text, etag } = render(document)
        if (isKnown(req.headers['if-none-match'], etag)) noContent(res, { ETag: etag }, 304)
        else json(res, 200, text, { ETag: etag })
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
    '/versions/:version': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify(await catalog.version(versionNumber(req.params['version'] ?? ''))))
      }),
    },
  })
}

/** As PostgreSQL's integers go. */
function versionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw errors.versionNotFound({ version: text.slice(0, 64) })
}

/** The text of a version and what names it; the hash tells it from a version of another server, or of one made anew. */
function renderOnce() {
  const known = new WeakMap<SchemaDocument, { readonly text: string; readonly etag: string }>()
  return (document: SchemaDocument) => {
    const before = known.get(document)
    if (before !== undefined) return before
    const text = JSON.stringify(document)
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16)
    const made = { text, etag: `"${document.version}-${hash}"` }
    known.set(document, made)
    return made
  }
}
