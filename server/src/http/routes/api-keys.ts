import { errors, jsonSchema, type Model } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { originOf } from '../answer-signed-in.ts'
import { json, NO_STORE, noContent } from '../answers.ts'
import type { Handler, HttpRequest } from '../http-request.ts'
import { parseBody } from '../parse-body.ts'
import { recentProof } from '../recent-proof.ts'
import { roleFaults } from '../role-faults.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

export interface AdminDeps {
  readonly auth: Auth
  readonly catalog: { readonly model: Model }
}

const { any, array, object, optional, string } = jsonSchema

export const newKey = object({
  name: string({ minLength: 1, maxLength: 200 }),
  roles: array(string()),
  expiresAt: optional(any()),
})

/** `/api/admin/keys`: API keys. */
export const keyRoutes = (deps: AdminDeps): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, `{"items":${await deps.auth.listKeys()}}`)
      }),
      post: adminOnly(recentProof(deps.auth, createKey(deps))),
    },
    '/:id': {
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const id = req.params.id ?? ''
        if (!isUuid(id)) throw errors.keyNotFound({ id })
        await deps.auth.revokeKey(id, req.actor, originOf(req))
        noContent(res)
      }),
    },
  })

const createKey =
  ({ auth, catalog }: AdminDeps): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { name, roles, expiresAt } = await readNewKey(req, catalog.model)
    const made = await auth.createKey({ name, roles, expiresAt }, req.actor, originOf(req))
    json(res, 201, JSON.stringify(made), NO_STORE)
  }

async function readNewKey(req: HttpRequest, model: Model) {
  const { name, roles, expiresAt } = await parseBody(req, newKey)
  const faults = [...roleFaults(roles, model, '/roles'), ...nameFaults(name)]
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  return { name, roles: [...new Set(roles)], expiresAt: readExpiry(expiresAt) }
}

const nameFaults = (name: string) =>
  name.trim() === '' ? [{ path: '/name', code: 'tooShort', message: 'Say what the key is for.' }] : []

const isoTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A moment in the future, as ISO 8601; null for a key without end. */
function readExpiry(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const time = typeof value === 'string' && isoTime.test(value) ? Date.parse(value) : Number.NaN
  const latest = Date.UTC(9999, 0)
  if (time > Date.now() && time < latest) return new Date(time).toISOString()
  const message = 'Must be a time in the future, such as "2030-01-31T12:00:00Z".'
  throw errors.invalidBody({ errors: [{ path: '/expiresAt', code: 'outOfRange', message }] })
}
