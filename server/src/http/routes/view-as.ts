import { errors, jsonSchema, type Model } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import type { Auth } from '../../auth/open-auth.ts'
import type { View } from '../../auth/sessions/view-as.ts'
import { adminOnly } from '../admin-only.ts'
import { originOf } from '../answer-signed-in.ts'
import { json, NO_STORE } from '../answers.ts'
import type { HttpRequest } from '../http-request.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import { roleFaults } from '../role-faults.ts'
import { type Router, routes } from '../router.ts'

export interface ViewRoutesDeps {
  readonly auth: Auth
  readonly catalog: { readonly model: Model }
}

const { array, object, optional, string } = jsonSchema

export const viewBody = object({ user: optional(string({ maxLength: 64 })), roles: optional(array(string())) })

/** `/api/admin/view-as`: reading what another may read. */
export const viewRoutes = ({ auth, catalog }: ViewRoutesDeps): Router =>
  routes({
    '/': {
      post: adminOnly(
        recentProof(auth, async (req, res) => {
          parseQuery(req.target, [])
          const view = await readView(req, catalog.model)
          json(res, 201, JSON.stringify(await auth.sessions.viewAs(req.actor, view, originOf(req))), NO_STORE)
        }),
      ),
    },
  })

async function readView(req: HttpRequest, model: Model): Promise<View> {
  const { user, roles } = await parseBody(req, viewBody)
  if ((user === undefined) === (roles === undefined)) {
    throw errors.badRequest({ reason: 'Say as whom: give either "user" or "roles".' })
  }
  if (user !== undefined) {
    if (!isUuid(user)) throw errors.userNotFound({ id: user })
    return { user: user.toLowerCase() }
  }
  const faults = roleFaults(roles ?? [], model, '/roles')
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  return { roles: [...new Set(roles)] }
}
