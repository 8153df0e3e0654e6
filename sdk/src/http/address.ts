import type { RequestOptions } from './request-options.ts'

/** The address of a route with its query. */
export function addressOf(base: string, path: string, query: RequestOptions['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return `${base}${path}${text === '' ? '' : `?${text}`}`
}
