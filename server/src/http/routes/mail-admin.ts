import { errors, fieldType, jsonSchema, type Model } from '@plinth/schema'
import { isUuid } from '../../auth/is-uuid.ts'
import { languageFormat, mailLanguage } from '../../auth/mail/templates/stored-templates.ts'
import type { Auth } from '../../auth/open-auth.ts'
import { adminOnly } from '../admin-only.ts'
import { json, NO_STORE, noContent } from '../answers.ts'
import { arrivalOf } from '../arrival.ts'
import { parseBody } from '../parse-body.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'

const { array, object, optional, string } = jsonSchema

const subject = string({ minLength: 1, maxLength: 300 })
const bodyText = string({ minLength: 1, maxLength: 100_000 })
const address = string(fieldType('email')?.value({ type: 'email' }) ?? {})

export const mailTemplate = object({ subject, text: bodyText, html: bodyText })
export const previewedTemplate = object({
  subject: optional(subject),
  text: optional(bodyText),
  html: optional(bodyText),
})
export const newInvite = object({
  email: address,
  roles: array(string(), { maxItems: 100 }),
  language: optional(string({ pattern: languageFormat })),
})

interface MailAdminDeps {
  readonly auth: Pick<Auth, 'byMail'>
}

export const defaultLimit = 50
export const maxLimit = 200

/** `/api/admin/outbox`: the mails that were written, the newest first. Those without an SMTP server are read here. */
export const outboxRoutes = ({ auth: { byMail } }: MailAdminDeps): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        const query = parseQuery(req.target, ['limit', 'after'])
        const after = query.get('after') ?? null
        if (after !== null && !isUuid(after)) throw errors.invalidCursor()
        json(res, 200, await byMail.listOutbox(readLimit(query.get('limit')), after), NO_STORE)
      }),
    },
  })

function readLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= maxLimit) return limit
  throw errors.invalidParameter({ name: 'limit', reason: `It must be a whole number from 1 to ${maxLimit}.` })
}

/** `/api/admin/mail-templates` */
export const mailTemplateRoutes = ({
  auth: {
    byMail: { templates },
  },
}: MailAdminDeps): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, JSON.stringify({ items: await templates.list() }))
      }),
    },
    '/:name/:language': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { name = '', language = '' } = req.params
        json(res, 200, JSON.stringify(await templates.show(name, language)))
      }),
      put: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { name = '', language = '' } = req.params
        const template = await parseBody(req, mailTemplate)
        json(res, 200, JSON.stringify(await templates.save(name, language, template, req.actor)))
      }),
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { name = '', language = '' } = req.params
        await templates.forget(name, language)
        noContent(res)
      }),
    },
    '/:name/:language/preview': {
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { name = '', language = '' } = req.params
        const texts = await parseBody(req, previewedTemplate)
        json(res, 200, JSON.stringify(await templates.preview(name, language, texts)), NO_STORE)
      }),
    },
  })

export interface InviteDeps extends MailAdminDeps {
  readonly catalog: { readonly model: Model }
}

/** `/api/admin/invites` */
export const inviteRoutes = ({ auth: { byMail }, catalog }: InviteDeps): Router =>
  routes({
    '/': {
      get: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        json(res, 200, `{"items":${await byMail.listInvites()}}`)
      }),
      post: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const { email, roles, language } = await parseBody(req, newInvite)
        refuseUnknownRoles(roles, catalog.model)
        const wanted = language ?? mailLanguage(req.headers['accept-language'])
        const unique = [...new Set(roles)]
        await byMail.invite({ email, roles: unique, language: wanted }, req.actor, arrivalOf(req))
        json(res, 201, JSON.stringify({ email, roles: unique }))
      }),
    },
    '/:id': {
      delete: adminOnly(async (req, res) => {
        parseQuery(req.target, [])
        const id = req.params.id ?? ''
        if (!isUuid(id)) throw errors.inviteNotFound({ id: id.slice(0, 64) })
        await byMail.revokeInvite(id)
        noContent(res)
      }),
    },
  })

/** The roles that a user can be given. */
const givenRoles = (model: Model): ReadonlySet<string> => new Set([...model.roles.keys(), 'admin'])

function refuseUnknownRoles(roles: readonly string[], model: Model): void {
  const known = givenRoles(model)
  const faults = roles.flatMap((role, i) =>
    known.has(role)
      ? []
      : [{ path: `/roles/${i}`, code: 'unknownRole', message: `There is no role "${role.slice(0, 64)}".` }],
  )
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
}
