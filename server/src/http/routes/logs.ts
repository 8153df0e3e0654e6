import { errors, Problem, suggestion } from '@plinth/schema'
import { type Actor, isAdmin } from '../../access/actor.ts'
import { maxLines, type RecentLines } from '../../observability/recent-lines.ts'
import { adminOnly } from '../admin-only.ts'
import { beginText, json, problemText } from '../answers.ts'
import type { Handler, HttpRequest, HttpResponse } from '../http-request.ts'
import { parseQuery } from '../query-parameters.ts'
import { type Router, routes } from '../router.ts'
import { writePiece } from '../transfer-stream.ts'

export interface LogRoutesDeps {
  readonly recentLines: RecentLines
  /** Who is asking, as of now. */
  readonly identify: (req: HttpRequest) => Actor | Promise<Actor>
  /** When the server ends, so do those who follow. */
  readonly draining: AbortSignal
}

export const defaultLines = 100

/** As pino counts. */
const levelNumbers: ReadonlyMap<string, number> = new Map([
  ['trace', 10],
  ['debug', 20],
  ['info', 30],
  ['warn', 40],
  ['error', 50],
  ['fatal', 60],
])
export const levelNames: readonly string[] = [...levelNumbers.keys()]

/** An empty line goes out after so long without another, so that both sides know of each other. Milliseconds. */
const heartbeat = 15_000
/** How long somebody may still read whose session has ended. Milliseconds. */
const trusted = 1_000

/** `/api/admin/logs`: what this copy of the server has logged, and goes on to log. */
export const logRoutes = (deps: LogRoutesDeps): Router =>
  routes({ '/': { get: adminOnly((req, res) => readLogs(deps)(req, res)) } })

const readLogs =
  (deps: LogRoutesDeps): Handler =>
  async (req, res) => {
    const query = parseQuery(req.target, ['lines', 'level', 'follow'])
    const [lines, level] = [readCount(query.get('lines')), levelNumber(query.get('level') ?? 'trace')]
    if (isFollowing(query.get('follow'))) return followLogs(deps, req, res, lines, level)
    const { lines: found } = deps.recentLines.last(lines, level)
    json(res, 200, `{"items":[${found.join(',')}]}`, { 'Cache-Control': 'no-store' })
  }

/**
 * Sends lines as they come, and waits for a reader that is slow. What is not kept any more when it goes on is counted in
 * a line `{"missed": 12}`.
 */
async function followLogs(
  { recentLines, identify, draining }: LogRoutesDeps,
  req: HttpRequest,
  res: HttpResponse,
  lines: number,
  level: number,
): Promise<void> {
  beginText(res, 200, 'application/x-ndjson; charset=utf-8', { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  if (req.method === 'HEAD') return void res.end()
  res.flushHeaders()
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const stopped = AbortSignal.any([draining, gone.signal])
  let read = recentLines.last(lines, level)
  let [checked, sent] = [performance.now(), performance.now()]
  while (!stopped.aborted) {
    const text = textOf(read) || (performance.now() - sent >= heartbeat ? '\n' : '')
    if (text !== '') {
      if (!(await writePiece(res, text))) return
      sent = performance.now()
    }
    await recentLines.more(read.next, heartbeat, stopped)
    if (performance.now() - checked > trusted) {
      const refusal = await refusalOf(identify, req)
      if (refusal !== null) return void res.end(`${refusal}\n`)
      checked = performance.now()
    }
    read = recentLines.since(read.next, level)
  }
  res.end()
}

const textOf = ({ lines, missed }: { readonly lines: readonly string[]; readonly missed: number }): string =>
  (missed > 0 ? `{"missed":${missed}}\n` : '') + lines.join('')

/** Why who began to follow may not go on, as the text of a problem; null while they may. */
async function refusalOf(identify: LogRoutesDeps['identify'], req: HttpRequest): Promise<string | null> {
  try {
    const actor = await identify(req)
    if (actor.kind === 'anonymous') throw errors.notSignedIn()
    if (!isAdmin(actor)) throw errors.adminOnly()
    return null
  } catch (error) {
    return problemText(error instanceof Problem ? error : errors.internal(), req.requestId)
  }
}

function readCount(text = String(defaultLines)): number {
  const lines = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (lines <= maxLines) return lines
  throw errors.invalidParameter({ name: 'lines', reason: `It must be a whole number from 0 to ${maxLines}.` })
}

function levelNumber(level: string): number {
  const found = levelNumbers.get(level)
  if (found !== undefined) return found
  throw errors.invalidParameter({
    name: 'level',
    reason: `must be ${levelNames.join(', ')}.${suggestion(level, levelNames)}`,
  })
}

/** `?follow` alone says it, too. */
function isFollowing(text = 'false'): boolean {
  if (text === '' || text === 'true') return true
  if (text === 'false') return false
  throw errors.invalidParameter({ name: 'follow', reason: 'must be true or false.' })
}
