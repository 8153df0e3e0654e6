import { jsonSchema } from '@plinth/schema'
import { viewBody } from '../../routes/view-as.ts'
import { time } from '../common-schemas.ts'
import { answer, jsonBody, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'

const { object, string } = jsonSchema

/** `/api/admin/view-as` */
export const viewAsPaths = (tag: string): Section['paths'] => ({
  '/api/admin/view-as': {
    post: {
      operationId: 'viewAs',
      tags: [tag],
      summary: 'Read what another may read',
      description: 'As a user, or as anybody with certain roles: give one of the two. The token changes nothing.',
      requestBody: jsonBody(viewBody),
      responses: {
        201: answer('A token for 15 minutes.', object({ accessToken: string(), expiresAt: time })),
        ...problems(400, 401, 403, 404, 413, 415),
      },
    },
  },
})
