import { Router as expressRouter } from 'express'
import { errors } from '@plinth/schema'
import { answerAllow } from './answers.ts'
import { type Handler, type HttpRequest, type HttpResponse, pathOf } from './http-request.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What answers a path, method by method. `get` answers HEAD too. */
export type Resource = Readonly<Partial<Record<Method, Handler>>>

/** Runs the first route that fits; `done` is called when none does, or with what a route threw. */
export type Router = (req: HttpRequest, res: HttpResponse, done: (error?: unknown) => void) => void

/** The part of express's router that is used here, with the request and response that it really gets from us. */
interface ExpressRouter extends Router {
  use(path: string, router: Router): unknown
  route(path: string): Record<Method | 'all', (handler: Handler) => unknown>
}

// express's own types promise `req.get`, `res.json` and the like, which only `express()` adds. We run its router alone,
// because the application object costs more than half of the throughput.
const newRouter = () => expressRouter({ caseSensitive: true }) as unknown as ExpressRouter

/** One method of one path, as its tables say: `/api/records/:collection/:id`. */
export interface Route {
  readonly method: string
  readonly path: string
}

// Express keeps no paths, so the tables that routers were made of are kept beside them.
const known = new WeakMap<Router, readonly Route[]>()

/** What a router answers, for the test that holds the API's description to it. */
export const routesOf = (router: Router): readonly Route[] => known.get(router) ?? []

/**
 * Makes a router of a table: path -> method -> handler. A known path with another method is a 405 that says which
 * methods it answers.
 *
 * @example
 * routes({ '/:id': { get: showKey, delete: revokeKey } })
 */
export function routes(table: Readonly<Record<string, Resource>>): Router {
  const router = newRouter()
  for (const [path, resource] of Object.entries(table)) {
    const route = router.route(path)
    const handlers = [
      ['get', resource.get],
      ['post', resource.post],
      ['put', resource.put],
      ['patch', resource.patch],
      ['delete', resource.delete],
    ] as const
    for (const [method, handler] of handlers) if (handler !== undefined) route[method](named(path, handler))
    route.all(named(path, refuseOthers(allowedMethods(resource))))
  }
  const methodsOf = ([path, resource]: [string, Resource]) => Object.keys(resource).map((method) => ({ method, path }))
  known.set(router, Object.entries(table).flatMap(methodsOf))
  return router
}

/** Puts routers together: mount path -> router. They are tried in this order, so the busiest comes first. */
export function mount(table: Readonly<Record<string, Router>>): Router {
  const router = newRouter()
  for (const [path, child] of Object.entries(table)) router.use(path, child)
  const routesUnder = ([prefix, child]: [string, Router]) =>
    routesOf(child).map(({ method, path }) => ({ method, path: path === '/' ? prefix : prefix + path }))
  known.set(router, Object.entries(table).flatMap(routesUnder))
  return router
}

/** Notes the route for metrics and sentences: when a handler has thrown, the router forgets where it was. */
const named =
  (path: string, handler: Handler): Handler =>
  (req, res) => {
    req.template = path === '/' && req.baseUrl !== '' ? req.baseUrl : req.baseUrl + path
    return handler(req, res)
  }

function allowedMethods(resource: Resource): readonly string[] {
  const methods = Object.keys(resource).map((method) => method.toUpperCase())
  return [...methods, ...(resource.get === undefined ? [] : ['HEAD']), 'OPTIONS']
}

function refuseOthers(allowed: readonly string[]): Handler {
  const list = allowed.join(', ')
  return (req, res) => {
    if (req.method === 'OPTIONS') return answerAllow(res, list)
    const method = req.method ?? ''
    throw errors.methodNotAllowed({ path: pathOf(req.target), method, allowed: list }, { extra: { allowed } })
  }
}
