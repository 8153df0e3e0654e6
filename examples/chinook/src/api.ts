import type { Fault } from '@plinth/schema'
import { ImportProblem } from './import-problem.ts'

/** The API of a running Plinth, as one caller. */
export interface Api {
  readonly url: string
  /** Sends JSON and answers JSON; null for an answer without a body. */
  send(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown>
}

/** @param token an access token or an API key; null for anonymous */
export const apiAt = (url: string, token: string | null): Api => ({
  url,
  async send(method, path, body) {
    const { ok, status, text } = await request(url, method, path, token, body)
    if (!ok) throw refused(method, path, status, text)
    return text === '' ? null : parsed(url, text)
  },
})

async function request(url: string, method: string, path: string, token: string | null, body: unknown) {
  const headers = {
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  try {
    const response = await fetch(new URL(path, url), { method, headers, ...content })
    return { ok: response.ok, status: response.status, text: await response.text() }
  } catch (cause) {
    throw new ImportProblem(`Plinth does not answer at ${url}. Start it with "npm start", or set PLINTH_URL.`, {
      cause,
    })
  }
}

function parsed(url: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ImportProblem(`What answers at ${url} is not Plinth. Say where Plinth is with PLINTH_URL.`, { cause })
  }
}

function refused(method: string, path: string, status: number, text: string): ImportProblem {
  if (status === 401)
    return new ImportProblem(
      'Plinth does not know you: check PLINTH_API_KEY, or PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD.',
    )
  if (status === 403)
    return new ImportProblem('This takes an admin: sign in as one, or use an API key with the role "admin".')
  const problem = problemIn(text)
  return new ImportProblem(`${method} ${path} was answered with ${status}: ${problem ?? text.slice(0, 500)}`)
}

/** What an answer that refuses looks like (RFC 9457). */
interface ProblemDocument {
  readonly title: string
  readonly errors: readonly Fault[]
}

function problemIn(text: string): string | null {
  try {
    // Whatever else answers here is no problem document, and is shown as it is.
    const { title, errors = [] } = JSON.parse(text) as Partial<ProblemDocument>
    return title === undefined
      ? null
      : [title, ...errors.map(({ path, message }) => `${path}: ${message}`)].join('\n  ')
  } catch {
    return null
  }
}
