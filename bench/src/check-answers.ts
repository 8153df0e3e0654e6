import { isDeepStrictEqual } from 'node:util'
import { type Contestant, headersOf, type Request } from './request.ts'
import type { Stage } from './stage.ts'
import type { Workload } from './workloads.ts'

const sample = 50

/**
 * Sends some of the workload's requests to both servers. Both must answer with the right status, in JSON, and the same:
 * what is not right is not worth timing.
 */
export async function checkAnswers({ floor, plinth, dataset }: Stage, workload: Workload): Promise<void> {
  for (const request of workload.requests(dataset, 0).slice(0, sample)) {
    const answers = [await ask(floor, request, workload), await ask(plinth, request, workload)] as const
    const [expected, actual] = answers.map((answer) => without(answer, workload.varying))
    if (!isDeepStrictEqual(actual, expected)) {
      throw new Error(
        `${workload.name}: ${request.method} ${request.path} is answered differently.\nfloor:  ${shown(expected)}\nplinth: ${shown(actual)}`,
      )
    }
    refuseWrong(workload, request, answers[1])
  }
}

type Json = Readonly<Record<string, unknown>>

async function ask({ name, url, token }: Contestant, request: Request, { status }: Workload): Promise<Json> {
  const { method, path, body } = request
  const headers = headersOf(await token(), request)
  const response = await fetch(url + path, { method, headers, ...(body !== null && { body }) })
  const text = await response.text()
  const type = response.headers.get('Content-Type') ?? ''
  if (response.status !== status || !type.startsWith('application/json'))
    throw new Error(`${name} answers ${method} ${path} with ${response.status} ${type}: ${text}`)
  // Every answer of these requests is an object; JSON.parse refuses what is no JSON.
  return JSON.parse(text) as Json
}

/** Two servers that are wrong in the same way would agree. */
function refuseWrong({ name }: Workload, { path, body }: Request, answer: Json): void {
  const written: Json = body === null ? {} : JSON.parse(body)
  const kept = Object.entries(written).every(([field, value]) => isDeepStrictEqual(answer[field], value))
  const named = !/\/posts\/[^?]/.test(path) || path.endsWith(`/${String(answer['id'])}`)
  const items = answer['items']
  const whole = items === undefined || (Array.isArray(items) && items.length === 20 && items.every(isPublished))
  if (!kept || !named || !whole) throw new Error(`${name}: ${path} is answered with something else: ${shown(answer)}`)
}

const isPublished = (post: unknown): boolean =>
  typeof post === 'object' && post !== null && 'status' in post && post.status === 'published'

const without = (answer: Json, members: readonly string[]): Json =>
  Object.fromEntries(Object.entries(answer).filter(([name]) => !members.includes(name)))

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 2_000)
