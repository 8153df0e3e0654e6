import { errors, jsonSchema } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { originOf } from '../answer-signed-in.ts'
import { json, NO_STORE, noContent } from '../answers.ts'
import { asTry, countTry } from '../count-try.ts'
import type { Handler, HttpRequest } from '../http-request.ts'
import { parseBody, parseOptionalBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { recentProof } from '../recent-proof.ts'
import type { Resource } from '../router.ts'

const { object, optional, string } = jsonSchema

export const factorName = string({ minLength: 1, maxLength: 100, pattern: '\\S' })
export const newFactor = object({ name: optional(factorName) })
export const renamedFactor = object({ name: factorName })
export const sixDigits = string({ pattern: '^\\d{6}$' })
export const confirmedFactor = object({ code: sixDigits })

interface FactorRoutesDeps {
  readonly auth: Pick<Auth, 'factors' | 'countTry'>
}

/** Below `/api/auth`: one's own second factors. */
export const factorResources = ({ auth }: FactorRoutesDeps): Readonly<Record<string, Resource>> => ({
  '/factors': {
    get: async (req, res) => {
      parseQuery(req.target, [])
      json(res, 200, await auth.factors.list(ownId(req)))
    },
  },
  '/factors/totp': {
    post: recentProof(auth, async (req, res) => {
      parseQuery(req.target, [])
      const { name = 'App for codes' } = await parseOptionalBody(req, newFactor)
      await countTry(req, res, auth, 'challenge')
      json(res, 201, JSON.stringify(await auth.factors.enrolTotp(req.actor, name)), NO_STORE)
    }),
  },
  '/factors/totp/:id/confirm': { post: confirmTotp(auth) },
  '/factors/recovery-codes': {
    post: recentProof(auth, async (req, res) => {
      parseQuery(req.target, [])
      await countTry(req, res, auth, 'challenge')
      const recoveryCodes = await auth.factors.makeRecoveryCodes(req.actor, originOf(req))
      json(res, 201, JSON.stringify({ recoveryCodes }), NO_STORE)
    }),
  },
  '/factors/:id': {
    patch: rename(auth),
    delete: recentProof(auth, async (req, res) => {
      parseQuery(req.target, [])
      await auth.factors.remove(req.actor, factorId(req), originOf(req))
      noContent(res)
    }),
  },
})

const confirmTotp = (auth: FactorRoutesDeps['auth']): Handler =>
  recentProof(auth, async (req, res) => {
    parseQuery(req.target, [])
    const { code } = await parseBody(req, confirmedFactor)
    const attempt = await countTry(req, res, auth, 'secondFactor', ownId(req))
    const id = factorId(req)
    const enrolled = await asTry(attempt, () => auth.factors.confirmTotp(req.actor, id, code, originOf(req)))
    json(res, 200, JSON.stringify(enrolled), NO_STORE)
  })

const rename =
  (auth: FactorRoutesDeps['auth']): Handler =>
  async (req, res) => {
    parseQuery(req.target, [])
    const { name } = await parseBody(req, renamedFactor)
    await auth.factors.rename(req.actor, factorId(req), name)
    noContent(res)
  }

/** @throws Problem factorNotFound for what cannot be the id of one */
function factorId(req: HttpRequest): string {
  const id = req.params.id ?? ''
  if (!isUuid(id)) throw errors.factorNotFound({ id: id.slice(0, 64) })
  return id
}

/** @throws Problem notSignedIn for who is no user */
export function ownId({ actor: { userId } }: HttpRequest): string {
  if (userId === null) throw errors.notSignedIn()
  return userId
}
