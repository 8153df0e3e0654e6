import { jsonSchema } from '@plinth/schema'
import { mailTemplateNames } from '../../../auth/mail/templates/mail-content.ts'
import { languageFormat } from '../../../auth/mail/templates/stored-templates.ts'
import { mailTemplate, previewedTemplate } from '../../routes/mail-admin.ts'
import { inPath } from '../common-schemas.ts'
import { answer, emptyAnswer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, boolean, object, oneOf, string } = jsonSchema
const name = oneOf(mailTemplateNames)
const language = string({ pattern: languageFormat, description: 'Such as `de`, or `pt-br`.' })
const templateInPath = [inPath('name', 'Which mail.', name), inPath('language', 'In which language.', language)]

/** `/api/admin/mail-templates` */
export const mailTemplatePaths = (tag: string): Section['paths'] => ({
  '/api/admin/mail-templates': {
    get: {
      operationId: 'readMailTemplates',
      tags: [tag],
      summary: 'List the words of all mails',
      description: 'In every language that there is.',
      responses: {
        200: answer('All of them.', object({ items: array(schemaRef('MailTemplate')) })),
        ...problems(400, 401, 403),
      },
    },
  },
  '/api/admin/mail-templates/{name}/{language}': {
    parameters: templateInPath,
    get: {
      operationId: 'readMailTemplate',
      tags: [tag],
      summary: 'Read the words of a mail',
      description: 'Where nobody has written them in this language, those of Plinth.',
      responses: { 200: answer('The words.', schemaRef('MailTemplate')), ...problems(400, 401, 403, 404) },
    },
    put: {
      operationId: 'saveMailTemplate',
      tags: [tag],
      summary: 'Write the words of a mail',
      description: '`{{name}}` puts in a value: one of the `variables` of this mail.',
      requestBody: jsonBody(schemaRef('MailWords')),
      responses: {
        200: answer('As they are now.', schemaRef('MailTemplate')),
        ...problems(400, 401, 403, 404, 413, 415),
      },
    },
    delete: {
      operationId: 'forgetMailTemplate',
      tags: [tag],
      summary: "Go back to Plinth's own words",
      description: 'Also where nobody has written others.',
      responses: { 204: emptyAnswer('They are in force.'), ...problems(400, 401, 403, 404) },
    },
  },
  '/api/admin/mail-templates/{name}/{language}/preview': {
    parameters: templateInPath,
    post: {
      operationId: 'previewMailTemplate',
      tags: [tag],
      summary: 'See what a mail would look like',
      description: 'With made-up values, and any of the three texts in place of the saved ones.',
      requestBody: jsonBody(previewedTemplate),
      responses: { 200: answer('The mail.', schemaRef('MailWords')), ...problems(400, 401, 403, 404, 413, 415) },
    },
  },
})

export const mailTemplateSchemas: Json = {
  MailWords: mailTemplate,
  MailTemplate: object({
    name,
    language,
    subject: string(),
    text: string(),
    html: string(),
    custom: boolean({ description: 'Whether an admin wrote it.' }),
    variables: array(string(), { description: 'What may stand in it, as `{{name}}`.' }),
  }),
}
