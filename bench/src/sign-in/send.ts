import { type Agent, request as open } from 'node:http'
import { headersOf, type Request } from '../request.ts'

/** What came back, and after how long. */
export interface Answered {
  readonly status: number
  readonly milliseconds: number
}

/** Sends one request over a connection that is kept. */
export function send(
  url: string,
  agent: Agent,
  { method, path, body }: Request,
  token: string | null,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const headers = token === null ? { 'Content-Type': 'application/json' } : headersOf(token, { body })
    const sent = open(url + path, { agent, method, headers }, (answer) => {
      answer.on('error', reject).on('end', () => {
        resolve({ status: answer.statusCode ?? 0, milliseconds: performance.now() - started })
      })
      answer.resume()
    })
    sent.on('error', reject).end(body ?? undefined)
  })
}
