import { jsonSchema } from '@plinth/schema'
import { uuid } from '../common-schemas.ts'
import { answer, type Json, jsonBody, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { any, array, boolean, object, oneOf, optional, string } = jsonSchema

/** `/api/admin/explain` */
export const explainPaths = (tag: string, collections: readonly string[]): Section['paths'] => ({
  '/api/admin/explain': {
    post: {
      operationId: 'explainAccess',
      tags: [tag],
      summary: 'Why is a request allowed or refused?',
      description: 'Clause by clause, for any actor. A write is tried in a transaction that is rolled back.',
      requestBody: jsonBody(
        object({
          actor: {
            anyOf: [{ const: 'anonymous' }, object({ user: uuid }), object({ roles: array(string()) })],
            examples: ['anonymous'],
          },
          collection: oneOf(collections),
          action: oneOf(['read', 'create', 'update', 'delete']),
          id: optional({ type: ['string', 'null'], format: 'uuid', description: 'The record; for update and delete.' }),
          body: optional(any({ description: 'What would be written; for create and update.' })),
        }),
      ),
      responses: {
        200: answer('Permission by permission, check by check.', schemaRef('Explanation')),
        ...problems(400, 401, 403, 404, 413, 415),
      },
    },
  },
})

const names = array(string())
export const explanation: Json = {
  ...object({
    allowed: boolean(),
    answer: { type: 'object', description: 'What the request itself would be answered.' },
    roles: names,
    permissions: array({
      type: 'object',
      required: ['role', 'states', 'result'],
      properties: {
        role: string(),
        states: { type: ['boolean', 'string', 'null'], description: 'What the role says about the action.' },
        result: boolean(),
        rule: { type: 'object', description: 'Each part of the rule, and whether it holds.' },
      },
    }),
    checks: array({ type: 'object' }, { description: 'What a write must fulfil besides a permission.' }),
    fields: object({ visible: names, conditional: names, hidden: names }),
    sql: string(),
    plan: names,
  }),
  additionalProperties: true,
}
