import { errorCatalogue } from '@plinth/schema'
import { type Json, ref, schemaRef } from './document.ts'

const catalogue = Object.entries(errorCatalogue)

/** How each status is named among the components. */
const names: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'NotSignedIn',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  412: 'RevisionMismatch',
  413: 'BodyTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Unprocessable',
  429: 'TooManyRequests',
  503: 'Unavailable',
}

/** For the placeholders of the catalogue's sentences. */
const sampleValues: Readonly<Record<string, string>> = {
  id: '0198c0de-7a3b-7c4d-8e5f-0123456789ab',
  collection: 'posts',
  fields: '"slug"',
  action: 'update',
  method: 'PATCH',
  allowed: 'GET, HEAD, OPTIONS',
  path: '/api/schema',
  limit: '1048576',
  seconds: '30',
  rev: '7301',
  index: '2',
  reason: 'Give "page" or "after", not both.',
  suggestion: '',
  type: 'application/json',
  name: 'google',
  provider: 'google',
}

/** The responses an operation may refuse with: those worth handling one by one, and `default` for whatever else. */
export const problems = (...statuses: readonly number[]): Json => ({
  ...Object.fromEntries(statuses.map((status) => [String(status), ref('responses', names[status] ?? 'Problem')])),
  default: ref('responses', 'Problem'),
})

/** RFC 9457. Further members depend on the code. */
export const problemSchemas: Json = {
  Problem: {
    type: 'object',
    description: 'What went wrong (RFC 9457). `code` never changes its meaning; `title` is for people.',
    required: ['type', 'title', 'status', 'code', 'requestId'],
    properties: {
      type: { type: 'string', format: 'uri', examples: ['urn:plinth:error:recordNotFound'] },
      title: { type: 'string', description: 'A sentence that says what to do.' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      code: { type: 'string', enum: catalogue.map(([code]) => code) },
      errors: { type: 'array', items: schemaRef('Fault'), description: 'Each fault of the body or the query.' },
      requestId: { type: 'string', description: 'Quote it when you report the problem.' },
    },
    examples: [exampleOf('recordNotFound', 404)],
  },
  Fault: {
    type: 'object',
    required: ['path', 'code', 'message'],
    properties: {
      path: { type: 'string', description: 'A JSON pointer into the body, or the name of a query parameter.' },
      code: { type: 'string' },
      message: { type: 'string', description: 'A sentence that says how to mend it.' },
    },
    examples: [{ path: '/title', code: 'required', message: 'Is required.' }],
  },
}

/** One response for each status of the catalogue, with the codes it may carry. */
export const problemResponses: Json = {
  ...Object.fromEntries(Object.entries(names).map(([status, name]) => [name, problemResponse(Number(status))])),
  Problem: {
    description: 'Any other problem: look at `code`.',
    headers: { 'X-Request-Id': ref('headers', 'X-Request-Id') },
    content: { 'application/problem+json': { schema: schemaRef('Problem') } },
  },
}

function problemResponse(status: number): Json {
  const codes = catalogue.filter(([, [its]]) => its === status)
  const example = codes[0]?.[0] ?? ''
  return {
    description: codes.map(([code, [, sentence]]) => `- \`${code}\`${meaningOf(sentence)}`).join('\n'),
    headers: { 'X-Request-Id': ref('headers', 'X-Request-Id') },
    content: { 'application/problem+json': { schema: schemaRef('Problem'), example: exampleOf(example, status) } },
  }
}

/** What is filled in differs from time to time; a sentence that is all filled in says nothing beforehand. */
function meaningOf(sentence: string): string {
  return sentence === '{reason}' ? '' : `: ${sentence.replace('{suggestion}', '').replace(/\{\w+\}/g, '…')}`
}

function exampleOf(code: string, status: number): Json {
  const sentence = catalogue.find(([each]) => each === code)?.[1][1] ?? ''
  const title = sentence.replace(/\{(\w+)\}/g, (_, name: string) => sampleValues[name] ?? '…').trim()
  return { type: `urn:plinth:error:${code}`, title, status, code, requestId: '5f0c1a7e9b21-1k' }
}
