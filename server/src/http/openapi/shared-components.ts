import type { Json } from './document.ts'
import { defaultLimit, maxLimit, maxPage } from '../routes/record-parameters.ts'

const plainHeader = (description: string, example: string): Json => ({
  description,
  schema: { type: 'string', examples: [example] },
})

export const headers: Json = {
  'X-Request-Id': plainHeader('The id of this request, as in the log: your own if you sent one.', '5f0c1a7e9b21-1k'),
  ETag: plainHeader('Names this state of the record: for `If-Match` and `If-None-Match`.', '"7301-QfWj2dVfM1gs"'),
  Location: plainHeader('The address of the new record.', '/api/records/posts/0198c0de-7a3b-7c4d-8e5f-0123456789ab'),
  'Idempotency-Replayed': plainHeader('`true` where this is the answer of the first try, sent again.', 'true'),
  'Content-Disposition': plainHeader('Under what name to keep the file.', 'attachment; filename="posts.csv"'),
  'Preference-Applied': plainHeader('Which preference of yours was honoured.', 'return=minimal'),
  'Set-Cookie': plainHeader(
    'Only with `"session": "cookie"`: the access token and the refresh token, a header each.',
    'plinth_access=…; Max-Age=2592000; Path=/api; HttpOnly; SameSite=Lax',
  ),
  'RateLimit-Policy': plainHeader('How many tries are allowed (q) in how many seconds (w).', '"sign-in";q=10;w=900'),
  RateLimit: plainHeader(
    'How many tries are left (r), and in how many seconds there are more (t).',
    '"sign-in";r=9;t=900',
  ),
}

const inHeader = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'header',
  description,
  schema,
})
const inQuery = (name: string, description: string, schema: Json): Json => ({ name, in: 'query', description, schema })

// Descriptions say what a value looks like, not `examples`: pages for trying requests out send an example as it is, and
// most of these would make the request fail.
export const parameters: Json = {
  'If-Match': inHeader(
    'If-Match',
    'Do it only if the record is still as this `ETag` names it; else 412, with the fields that changed meanwhile.',
    { type: 'string' },
  ),
  'If-None-Match': inHeader('If-None-Match', 'An `ETag` you have: 304 without a body if it is still current.', {
    type: 'string',
  }),
  'Idempotency-Key': inHeader(
    'Idempotency-Key',
    'A key of your choice. Sending the same request with the same key again within 24 hours does nothing twice: it gets the first answer; guests get it on the same network alone, and elsewhere a 409.',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  ),
  Prefer: inHeader('Prefer', '`return=minimal`: answer without the record.', {
    type: 'string',
  }),
  ifRev: inQuery('ifRev', 'As `If-Match`, with the revision that `select=rev` gives. Give one of the two.', {
    type: 'string',
    pattern: '^[0-9]{1,10}$',
  }),
  limit: inQuery('limit', 'How many records at most.', {
    type: 'integer',
    minimum: 1,
    maximum: maxLimit,
    default: defaultLimit,
  }),
  after: inQuery('after', 'Go on where a page ended: its `next`, with the same `sort` and `filter`.', {
    type: 'string',
  }),
  page: inQuery('page', 'The number of a page, instead of `after`. Far pages take longer; `after` never does.', {
    type: 'integer',
    minimum: 1,
    maximum: maxPage,
  }),
  count: inQuery(
    'count',
    'Also count all that match: exactly, or at most 10,000 of them (then `countIsAtLeast` may be there).',
    { type: 'string', enum: ['exact', 'estimated'] },
  ),
}

export const securitySchemes: Json = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token (from `POST /api/auth/sign-in`) or an API key.',
  },
}
