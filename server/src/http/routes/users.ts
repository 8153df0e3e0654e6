import { errors, jsonSchema } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { originOf } from '../answer-signed-in.ts'
import { json, noContent } from '../answers.ts'
import type { HttpRequest } from '../http-request.ts'
import { parseBody, parseOptionalBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import { type Router, routes } from '../router.ts'

const { object, optional, string } = jsonSchema

export const newPassword = object({ password: string() })
export const blocking = object({ reason: optional(string({ maxLength: 500 })) })

/** `/api/admin/users`: what an admin does with an account. The user is a record of `users`, made as any other. */
export const userRoutes = ({ auth }: { readonly auth: Auth }): Router =>
  routes({
    '/:id/password': {
      put: adminOnly(
        recentProof(auth, async (req, res) => {
          parseQuery(req.target, [])
          const { password } = await parseBody(req, newPassword)
          await auth.setPassword(userId(req), password, req.actor, originOf(req))
          noContent(res)
        }),
      ),
    },
    '/:id/block': {
      put: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { reason = null } = await parseOptionalBody(req, blocking)
        await auth.sessions.block(userId(req), reason, req.actor, originOf(req))
        noContent(res)
      }),
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        await auth.sessions.unblock(userId(req), req.actor, originOf(req))
        noContent(res)
      }),
    },
    '/:id/factors': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, await auth.factors.list(userId(req)))
      }),
      delete: adminOnly(
        recentProof(auth, async (req, res) => {
          parseQuery(req.target, [])
          await auth.factors.removeAll(userId(req), req.actor, originOf(req))
          noContent(res)
        }),
      ),
    },
    '/:id/sessions': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, `{"items":${await auth.sessions.list(userId(req), req.actor)}}`)
      }),
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        await auth.sessions.revokeAll(userId(req), req.actor, originOf(req))
        noContent(res)
      }),
    },
    '/:id/sessions/:session': {
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const id = req.params.session ?? ''
        const user = userId(req)
        if (!isUuid(id)) throw errors.sessionNotFound({ id: id.slice(0, 64) })
        await auth.sessions.revoke(id, user, req.actor, originOf(req))
        noContent(res)
      }),
    },
  })

/** @throws Problem userNotFound for what cannot be a user's id */
function userId(req: HttpRequest): string {
  const id = req.params.id ?? ''
  if (!isUuid(id)) throw errors.userNotFound({ id: id.slice(0, 64) })
  return id
}
