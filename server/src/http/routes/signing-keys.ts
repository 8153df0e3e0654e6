import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { originOf } from '../answer-signed-in.ts'
import { json } from '../answers.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

/** `/api/admin/signing-keys` */
export const signingKeyRoutes = ({ auth }: { readonly auth: Auth }): Router =>
  routes({
    '/rotate': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 201, JSON.stringify({ kid: await auth.rotateSigningKeys(req.actor, originOf(req)) }))
      }),
    },
    '/distrust': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 201, JSON.stringify({ kid: await auth.distrustSigningKeys(req.actor, originOf(req)) }))
      }),
    },
  })

// Whoever meets an id that they do not know asks again, so a few minutes are no delay.
const cached = { 'Cache-Control': 'public, max-age=300' }

/** `/.well-known/jwks.json`: with these keys anybody can check our access tokens. */
export const keySetRoutes = ({ auth }: { readonly auth: Auth }): Router =>
  routes({
    '/': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, await auth.publicKeySet(), cached)
      },
    },
  })
