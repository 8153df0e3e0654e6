import { jsonSchema } from '@plinth/schema'
import { mailTemplateNames } from '../../../auth/mail/templates/mail-content.ts'
import { defaultLimit, maxLimit } from '../../routes/mail-admin.ts'
import { orNull, pageOf, pageParameters, time, uuid } from '../common-schemas.ts'
import { answer, type Json, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { integer, object, oneOf, string } = jsonSchema

/** `/api/admin/outbox` */
export const outboxPaths = (tag: string): Section['paths'] => ({
  '/api/admin/outbox': {
    get: {
      operationId: 'readOutbox',
      tags: [tag],
      summary: 'Read the outbox',
      description: 'Mails that were written, newest first. Without an SMTP server they are kept here.',
      parameters: pageParameters(defaultLimit, maxLimit),
      responses: { 200: answer('A page.', pageOf(schemaRef('OutboxMail'))), ...problems(400, 401, 403) },
    },
  },
})

const erased = 'Null once the mail was sent or given up.'
export const outboxMail: Json = object({
  id: uuid,
  state: oneOf(['waiting', 'kept', 'sent', 'failed'], { description: '`kept` where there is no SMTP server.' }),
  template: oneOf(mailTemplateNames),
  language: string({ examples: ['en'] }),
  to: string({ examples: ['ada@example.com'] }),
  subject: orNull(string()),
  text: orNull(string({ description: erased })),
  html: orNull(string({ description: erased })),
  created: time,
  sent: orNull(time),
  tries: integer({ minimum: 0 }),
  fault: orNull(string({ description: 'Why the last try failed.' })),
})
