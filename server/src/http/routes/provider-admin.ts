import { jsonSchema } from '@plinth/schema'
import { presetNames } from '../../auth/providers/provider.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { originOf } from '../answer-signed-in.ts'
import { json, noContent } from '../answers.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

const { array, boolean, object, oneOf, optional, string } = jsonSchema

// No control characters: these go into headers, forms and mails.
const shortText = (maxLength: number) => string({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]+$' })

export const newProvider = object({
  preset: optional(oneOf(presetNames)),
  issuer: optional(shortText(500)),
  tenant: optional(string({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,200}$' })),
  clientId: shortText(500),
  clientSecret: optional(string({ minLength: 1, maxLength: 4_000 })),
  teamId: optional(string({ pattern: '^[A-Za-z0-9]{1,50}$' })),
  keyId: optional(string({ pattern: '^[A-Za-z0-9]{1,50}$' })),
  scopes: optional(array(string({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), { minItems: 1, maxItems: 50 })),
  label: optional(shortText(100)),
  enabled: optional(boolean()),
})

/** `/api/admin/providers`: the services that people sign in with. */
export const providerAdminRoutes = ({ auth }: { readonly auth: Auth }): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify({ items: await auth.providers.show() }))
      }),
    },
    '/:name': {
      put: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const given = await parseBody(req, newProvider)
        const { isNew, provider } = await auth.providers.save(req.params.name ?? '', given, req.actor, originOf(req))
        json(res, isNew ? 201 : 200, JSON.stringify(provider))
      }),
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        await auth.providers.delete(req.params.name ?? '', req.actor, originOf(req))
        noContent(res)
      }),
    },
    '/:name/test': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const checks = await auth.providers.try(req.params.name ?? '')
        json(res, 200, JSON.stringify({ ok: checks.every(({ ok }) => ok !== false), checks }))
      }),
    },
  })
