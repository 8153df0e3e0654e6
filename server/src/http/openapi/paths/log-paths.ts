import { jsonSchema } from '@plinth/schema'
import { maxLines } from '../../../observability/recent-lines.ts'
import { defaultLines, levelNames } from '../../routes/logs.ts'
import { type Json, ref, schemaRef, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { array, integer, object, oneOf, string } = jsonSchema

const parameter = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'query',
  description,
  schema,
})

/** `/api/admin/logs` */
export const logPaths = (tag: string): Section['paths'] => ({
  '/api/admin/logs': {
    get: {
      operationId: 'readLogs',
      tags: [tag],
      summary: 'Read the log',
      description:
        'What the copy of the server that answers has logged: the same lines as on its standard output. Followed, lines ' +
        'go on as they come; an empty one says that nothing happened, `{"missed": 12}` that the reader was too slow, and ' +
        'a problem in the last one why it ends.',
      parameters: [
        parameter(
          'lines',
          'How many of the last lines.',
          integer({ minimum: 0, maximum: maxLines, default: defaultLines }),
        ),
        parameter('level', 'Only of this level and above.', { ...oneOf(levelNames), default: 'trace' }),
        parameter('follow', 'Whether to go on; `?follow` alone says yes.', {
          ...oneOf(['true', 'false', '']),
          default: 'false',
        }),
      ],
      responses: {
        200: {
          description: 'The last lines, oldest first.',
          headers: { 'X-Request-Id': ref('headers', 'X-Request-Id') },
          content: {
            'application/json': { schema: object({ items: array(schemaRef('LogLine')) }) },
            'application/x-ndjson': { schema: string({ description: 'A JSON text in each line.' }) },
          },
        },
        ...problems(400, 401, 403),
      },
    },
  },
})

export const logLine: Json = {
  type: 'object',
  required: ['level', 'time'],
  properties: {
    level: integer({ description: '10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.' }),
    time: integer({ description: 'Milliseconds since 1970.' }),
    msg: string(),
    requestId: string({ description: 'By which an answer and the lines about it find each other.' }),
  },
  additionalProperties: true,
}
