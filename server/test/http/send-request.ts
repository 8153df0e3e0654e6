import { Agent, request as open } from 'node:http'
import { errorCatalogue } from '@plinth/schema'
import type { World } from './hostile-world.ts'
import { type RandomRequest, targetOf } from './random-requests.ts'
import { leaksIn } from './refused.ts'

export interface Received {
  readonly status: number
  readonly type: string
  readonly requestId: string
  readonly text: string
}

export const keepAlive = (connections: number): Agent => new Agent({ keepAlive: true, maxSockets: connections })

/** Sends a request as it is, over a connection that is kept. */
export function send(world: World, agent: Agent, request: RandomRequest): Promise<Received> {
  const token = world.tokens[request.caller]
  return new Promise((resolve, reject) => {
    const sent = open(
      `${world.url}/`,
      {
        agent,
        method: request.method,
        path: targetOf(request),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(request.body !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(request.body),
          }),
          ...request.headers,
        },
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        answer.on('error', reject).on('end', () => {
          const { 'content-type': type = '', 'x-request-id': requestId } = answer.headers
          resolve({ status: answer.statusCode ?? 0, type, requestId: String(requestId ?? ''), text })
        })
      },
    )
    sent.on('error', reject).setTimeout(20_000, () => sent.destroy(new Error('no answer')))
    sent.end(request.body)
  })
}

/** What is wrong with an answer, whatever was asked. */
export function faultsOf(request: RandomRequest, { status, type, requestId, text }: Received): readonly string[] {
  const faults: string[] = []
  const claim = (holds: boolean, fault: string) => void (holds || faults.push(fault))
  claim(status >= 200 && status < 500, `status ${status}`)
  claim(requestId !== '', 'no request id')
  claim(!/\bat .{0,200}\.[jt]s:\d+/.test(text), 'a stack trace')
  if (request.method === 'HEAD' || status === 204 || status === 304) claim(text === '', 'a body where there is none')
  else if (status >= 400) faults.push(...problemFaults(request, type, requestId, text))
  else if (type.startsWith('application/json') && text !== '') claim(isJson(text), 'no valid JSON')
  return faults
}

function problemFaults(request: RandomRequest, type: string, requestId: string, text: string): readonly string[] {
  if (!type.startsWith('application/problem+json') || !isJson(text)) return [`no problem: ${type}`]
  const problem = JSON.parse(text)
  const sent = JSON.stringify(request)
  return [
    ...(Object.hasOwn(errorCatalogue, problem.code) ? [] : [`an unknown code: ${problem.code}`]),
    ...(problem.requestId === requestId || request.headers['idempotency-key']
      ? []
      : ['another request id in the body']),
    ...(typeof problem.title === 'string' ? [] : ['no title']),
    ...(/^\/api\/(schema|admin)/.test(request.path) ? [] : leaksIn(text, sent).map((leak) => `it shows ${leak}`)),
  ]
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A request as a person reads it. */
export const shown = (request: RandomRequest): string =>
  `${request.method} ${targetOf(request)} as ${request.caller} ${JSON.stringify(request.headers)} ${request.body ?? ''}`
