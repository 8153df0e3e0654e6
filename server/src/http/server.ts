import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { errors, Problem } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { answerAllow, problem, problemText } from './answers.ts'
import { clientAddress } from './client-address.ts'
import { crossOrigin } from './cross-origin.ts'
import { escapedDatabaseError } from './escaped-database-error.ts'
import { HttpRequest, type HttpResponse, isSafe, pathOf } from './http-request.ts'
import { readTarget } from './read-target.ts'
import { requestIds } from './request-id.ts'
import type { Router } from './router.ts'
import { UnsentAnswers } from './unsent-answers.ts'

export interface HttpOptions {
  readonly router: Router
  /** Who is asking. At once where that is known already, so that most requests wait for nothing. */
  readonly identify: (req: HttpRequest) => Actor | Promise<Actor>
  readonly log: Log
  readonly metrics: Metrics
  /** Bytes a body may have. */
  readonly maxBody: number
  /** Origins whose pages may call; `*` for all. */
  readonly corsOrigins: readonly string[]
  /** How many proxies in front of this server add themselves to `X-Forwarded-For`. */
  readonly trustedProxies: number
  /** Where connections may become web sockets. */
  readonly socketPath?: string
  readonly unsent?: UnsentAnswers
  /** Milliseconds for the headers, and for the whole request to arrive. */
  readonly headersTimeout?: number
  readonly requestTimeout?: number
}

export interface HttpServer {
  readonly server: Server
  /** Takes no new connections, lets running requests finish for so long, then cuts them. */
  drain(milliseconds: number): Promise<void>
}

const maxHeaderSize = 16 * 1024

/** The HTTP server: everything between the socket and the router. */
export function createHttpServer(options: HttpOptions): HttpServer {
  const { headersTimeout = 15_000, requestTimeout = 60_000 } = options
  const server = createServer(
    {
      IncomingMessage: HttpRequest,
      maxHeaderSize,
      headersTimeout,
      // Seen to by ourselves, since an import may rightly take long to arrive.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5_000, requestTimeout),
      keepAliveTimeout: 65_000,
      // Checked by ourselves, to answer with a problem.
      requireHostHeader: false,
      // Some clients ask for HTTP/2 by the way (Java's, curl --http2), which may be ignored: RFC 9110, section 7.8.
      shouldUpgradeCallback: ({ headers, url = '' }) =>
        headers.upgrade?.toLowerCase() === 'websocket' &&
        options.socketPath !== undefined &&
        url.startsWith(options.socketPath),
    },
    answering({ ...options, requestTimeout }),
  )
  server.on('clientError', refuseConnection)
  // An expectation that is unknown may be ignored: RFC 9110, section 10.1.1.
  server.on('checkExpectation', (req, res) => void server.emit('request', req, res))
  // Without this Node closes the connection and says nothing.
  server.on('connect', (_req, socket) =>
    refuseConnection(errors.badRequest({ reason: 'This is not a proxy.' }), socket),
  )
  return { server, drain: (milliseconds) => drain(server, milliseconds) }
}

function answering({ router, identify, log, metrics, ...options }: HttpOptions & { readonly requestTimeout: number }) {
  const settings = { ...options, unsent: options.unsent ?? new UnsentAnswers() }
  const requestId = requestIds()
  const cors = crossOrigin(settings.corsOrigins)

  function finish(req: HttpRequest, res: HttpResponse, error?: unknown): void {
    const path = pathOf(req.target)
    if (error === undefined) return fail(res, errors.routeNotFound({ method: req.method ?? '', path }))
    const known = error instanceof Problem ? error : (escapedDatabaseError(error) ?? routerProblem(error))
    if (known === null || known.status >= 500) log.error({ err: error, requestId: req.requestId }, 'request failed')
    fail(res, known ?? errors.internal())
  }

  function route(req: HttpRequest, res: HttpResponse, actor: Actor): void {
    req.actor = actor
    if (actor.viewedBy !== undefined && !mayView(req)) throw errors.viewOnly()
    router(req, res, (error) => finish(req, res, error ?? undefined))
  }

  function enter(req: HttpRequest, res: HttpResponse): void {
    try {
      prepare(req, settings)
      if (req.method === 'OPTIONS' && req.url === '*')
        return answerAllow(res, 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
      // Pages and probes work without sign-in, whatever a proxy puts into the header.
      if (!req.target.startsWith('/api/')) return route(req, res, req.actor)
      const actor = identify(req)
      if (!(actor instanceof Promise)) return route(req, res, actor)
      actor.then((found) => route(req, res, found)).catch((error: unknown) => finish(req, res, error))
    } catch (error) {
      finish(req, res, error)
    }
  }

  return (req: HttpRequest, res: HttpResponse): void => {
    const started = performance.now()
    req.requestId = requestId(req.headers['x-request-id'])
    limitArrival(req, settings.requestTimeout)
    res.once('close', () => {
      const seconds = (performance.now() - started) / 1000
      metrics.observe(req.method ?? '', req.template, res.statusCode, seconds)
      // Programs that watch something ask again and again: that it is still the same is no news.
      const level = res.statusCode === 304 ? 'debug' : 'info'
      if (log.isLevelEnabled(level)) log[level](lineOf(req, res, seconds), 'request')
    })
    if (cors === null || req.headers.origin === undefined) return enter(req, res)
    // It answers a preflight itself.
    if (req.method === 'OPTIONS') res.setHeader('X-Request-Id', req.requestId)
    cors(req, res, () => enter(req, res))
  }
}

/** Whoever sends a body slowly, or never to its end, keeps a connection only for so long. */
function limitArrival(req: HttpRequest, milliseconds: number): void {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (!hasBody) return
  const timer = setTimeout(() => refuseConnection(errors.requestTooSlow(), req.socket), milliseconds)
  req.arrival = timer
  req.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
}

/** Who views as another reads, and ends the view. */
const mayView = (req: HttpRequest): boolean => isSafe(req) || pathOf(req.target) === '/api/auth/sign-out'

type Settings = Pick<HttpOptions, 'maxBody' | 'trustedProxies'> & { readonly unsent: UnsentAnswers }

function prepare(req: HttpRequest, { maxBody, trustedProxies, unsent }: Settings): void {
  req.unsent = unsent
  req.bodyLimit = maxBody
  req.clientAddress = clientAddress(req, trustedProxies)
  if (countHosts(req) !== 1 && (req.httpVersion === '1.1' || req.headers.host !== undefined)) {
    throw errors.badRequest({ reason: 'There must be one Host header.' })
  }
  if (req.method === 'OPTIONS' && req.url === '*') return
  req.target = readTarget(req.url ?? '/')
  req.url = req.target
}

/** Two are refused (RFC 9112, section 3.2): a proxy in front may have gone by the other one. */
function countHosts({ rawHeaders }: HttpRequest): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') count += 1
  }
  return count
}

/** Answers a problem; a request whose answer has begun can only be cut off. */
function fail(res: HttpResponse, error: Problem): void {
  if (res.headersSent) res.destroy()
  else problem(res, error, res.req.requestId)
}

/** The router finds malformed path parameters by itself. */
const routerProblem = (error: unknown): Problem | null =>
  error instanceof URIError ? errors.badRequest({ reason: 'The address is malformed.' }, { cause: error }) : null

/** A request's line in the log. The query is left out: filters may hold what nobody should read later. */
function lineOf(req: HttpRequest, res: HttpResponse, seconds: number) {
  const { kind, id } = req.actor
  const trace = req.headers.traceparent
  return {
    requestId: req.requestId,
    method: req.method,
    path: pathOf(req.target),
    status: res.statusCode,
    ms: Math.round(seconds * 1e5) / 100,
    actor: id === null ? kind : `${kind}:${id}`,
    ...(res.writableFinished ? {} : { aborted: true }),
    ...(typeof trace === 'string' && trace.length <= 256 ? { traceparent: trace } : {}),
  }
}

/** What Node's parser refuses never becomes a request, so the answer is written to the socket. */
function refuseConnection(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const refused = error instanceof Problem ? error : parserProblem(error.code)
  const text = problemText(refused, 'none')
  const head = [
    `HTTP/1.1 ${refused.status} ${refused.code}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
}

function parserProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge({ limit: maxHeaderSize })
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTooSlow()
  return errors.badRequest({ reason: 'This is not a valid HTTP request.' })
}

async function drain(server: Server, milliseconds: number): Promise<void> {
  // Connections become idle one by one as their requests finish, and would be kept for the next.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), milliseconds)
  await new Promise((resolve) => server.close(resolve))
  clearInterval(sweep)
  clearTimeout(cut)
}
