import { errors } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { json } from '../answers.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

export const defaultLimit = 100
export const maxLimit = 500

/** `/api/admin/events`: the audit trail, newest first. */
export const eventRoutes = ({ auth }: { readonly auth: Auth }): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        const query = parseQuery(req.target, ['user', 'kind', 'after', 'limit'])
        const text = await auth.listEvents({
          userId: readId(query, 'user'),
          kind: query.get('kind') ?? null,
          before: readId(query, 'after'),
          limit: readLimit(query.get('limit')),
        })
        json(res, 200, text)
      }),
    },
  })

function readId(query: ReadonlyMap<string, string>, name: string): string | null {
  const id = query.get(name)
  if (id === undefined || isUuid(id)) return id ?? null
  throw errors.invalidParameter({ name, reason: 'It is no id.' })
}

function readLimit(text = String(defaultLimit)): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= maxLimit) return limit
  throw errors.invalidParameter({ name: 'limit', reason: `It must be a whole number from 1 to ${maxLimit}.` })
}
