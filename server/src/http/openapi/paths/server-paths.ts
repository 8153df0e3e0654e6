import type { Access } from '../../../access/access.ts'
import { answer, type Json, type Operation, ref, type Section } from '../document.ts'
import { problems } from '../problem-responses.ts'
import { keySetPaths } from './signing-key-paths.ts'

const tag = 'Server'

/** What is answered to everybody: health, this document, and for admins the numbers. */
export const serverSection = ({ admin }: Access): Section => ({
  tag: { name: tag, description: 'Is it up, and what does it offer?' },
  paths: {
    '/health/live': { get: checkLive },
    '/health/ready': { get: checkReady },
    '/api/openapi.json': { get: readOpenApi },
    ...keySetPaths(tag),
    ...(admin && { '/metrics': { get: readMetrics } }),
  },
  schemas: {},
})

const status = (...values: readonly string[]): Json => ({
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: values } },
})

const checkLive: Operation = {
  operationId: 'checkLive',
  tags: [tag],
  summary: 'Does the process answer?',
  description: 'If not, restart it.',
  security: [],
  responses: { 200: answer('It does.', status('ok')), ...problems(400) },
}

const checkReady: Operation = {
  operationId: 'checkReady',
  tags: [tag],
  summary: 'Can it serve requests?',
  description: 'If not, send it none for a while.',
  security: [],
  responses: {
    200: answer('It can.', status('ok')),
    ...problems(400),
    503: answer('Not now.', status('draining', 'database unreachable')),
  },
}

const readOpenApi: Operation = {
  operationId: 'readOpenApi',
  tags: [tag],
  summary: 'This document',
  description: 'With what you may do, and nothing else: ask as somebody else to see another.',
  parameters: [ref('parameters', 'If-None-Match')],
  responses: {
    200: answer('An OpenAPI 3.1 document.', { type: 'object' }, { ETag: ref('headers', 'ETag') }),
    304: { description: 'You have it already.', headers: { ETag: ref('headers', 'ETag') } },
    ...problems(400, 401),
  },
}

const readMetrics: Operation = {
  operationId: 'readMetrics',
  tags: [tag],
  summary: 'Numbers for Prometheus',
  description: 'Where a token is configured for it, send that as the bearer token.',
  responses: {
    200: {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...problems(401),
  },
}
