import { CliError } from '../cli-error.ts'
import { printable } from '../terminal/printable.ts'

/**
 * Goes where it is sent and no further: a redirect would take passwords and tokens along to wherever it leads.
 *
 * @throws CliError that names the other address
 */
export const directFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'manual' })
  const target = response.headers.get('location')
  if (response.status < 300 || response.status === 304 || response.status > 399 || target === null) return response
  const [asked, led] = [URL.parse(response.url), URL.parse(target, response.url)]
  throw new CliError(
    `${asked?.origin ?? 'The server'} sends on to ${printable(led?.origin ?? target)}, which is not followed. If that is your server, say so with --url or PLINTH_URL.`,
  )
}
