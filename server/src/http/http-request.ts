import { IncomingMessage, type ServerResponse } from 'node:http'
import { anonymous, type Actor } from '../access/actor.ts'
import type { UnsentAnswers } from './unsent-answers.ts'

/**
 * A request with what the shell finds out about it before a route sees it. `node:http` makes these itself (its option
 * `IncomingMessage`), so a route's context costs nothing and is typed.
 */
export class HttpRequest extends IncomingMessage {
  requestId = ''
  actor: Actor = anonymous
  /** Path and query as they came, percent-encoded; unlike `url`, a mounted router does not shorten it. */
  target = '/'
  /** How many bytes a body may have. */
  bodyLimit = 1024 * 1024
  /** Ends the request if its body takes too long; null where a route sees to that itself. */
  arrival: NodeJS.Timeout | null = null
  /** The address the request came from, or that trusted proxies say it came from. */
  clientAddress = ''
  /** Keeps large answers from taking all the memory; null where nothing large is answered. */
  unsent: UnsentAnswers | null = null
  /** The path parameters, decoded. Set by the router. */
  params: Readonly<Record<string, string>> = {}
  /** Set by the router: the path below which the running router is mounted. */
  baseUrl = ''
  /** `/api/records/:collection/:id`: names the route without any id. */
  template = 'none'
}

export type HttpResponse = ServerResponse<HttpRequest>

/** Answers one request. What it throws becomes a problem. */
export type Handler = (req: HttpRequest, res: HttpResponse) => void | Promise<void>

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request only reads. */
export const isSafe = (req: HttpRequest): boolean => safeMethods.has(req.method ?? '')

/** The path of a request target: everything before the query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}
