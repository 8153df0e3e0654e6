import { errors, fieldType, jsonSchema } from '@plinth/schema'
import type { Auth, SignedIn } from '../../auth/open-auth.ts'
import { json, NO_STORE } from '../answers.ts'
import type { HttpResponse } from '../http-request.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

const { object, string } = jsonSchema

// No more is checked of an address at sign-in: that it is none would be told by how fast it is refused.
export const credentials = object({
  email: string({ minLength: 1, maxLength: 320 }),
  password: string({ minLength: 1 }),
})

// The same addresses that the field `users.email` takes.
const address = fieldType('email')?.value({ type: 'email' }) ?? {}
export const setup = object({ token: string({ maxLength: 200 }), email: string(address), password: string() })

/** `/api/auth` */
export const authRoutes = (auth: Auth): Router =>
  routes({
    '/sign-in': {
      post: async (req, res) => {
        parseQuery(req.target, [])
        const body = await parseBody(req, credentials)
        const attempt = await auth.attempt(body.email, req.clientAddress)
        for (const [name, value] of Object.entries(attempt.headers)) res.setHeader(name, value)
        const { retryAfter } = attempt
        if (retryAfter !== null) throw errors.tooManyRequests({ seconds: retryAfter }, { extra: { retryAfter } })
        const signedIn = await auth.signIn(body)
        await attempt.succeeded()
        answerSignedIn(res, signedIn)
      },
    },
    '/setup': {
      post: async (req, res) => {
        parseQuery(req.target, [])
        const { token, email, password } = await parseBody(req, setup)
        answerSignedIn(res, await auth.setUp(token, { email, password }, req.requestId))
      },
    },
    '/me': {
      get: async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify(await auth.me(req.actor)))
      },
    },
  })

function answerSignedIn(res: HttpResponse, signedIn: SignedIn): void {
  json(res, 200, JSON.stringify(signedIn), NO_STORE)
}
