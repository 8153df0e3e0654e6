import { errors, suggestion } from '@plinth/schema'

const none: ReadonlyMap<string, string> = new Map()

/**
 * The query parameters of a request, decoded. Unknown ones, repeated ones and malformed ones are 400s: a filter that is
 * silently not applied would answer more than was asked for.
 */
export function parseQuery(url: string, allowed: readonly string[]): ReadonlyMap<string, string> {
  const start = url.indexOf('?')
  if (start === -1 || start === url.length - 1) return none
  const parameters = new Map<string, string>()
  for (const part of url.slice(start + 1).split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals === -1 ? part : part.slice(0, equals))
    if (!allowed.includes(name)) throw unknownParameter(name, allowed)
    if (parameters.has(name)) throw errors.invalidParameter({ name, reason: 'It is given more than once.' })
    parameters.set(name, equals === -1 ? '' : decode(part.slice(equals + 1), name))
  }
  return parameters
}

function unknownParameter(name: string, allowed: readonly string[]) {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name
  return errors.unknownParameter({ name: shown, suggestion: suggestion(shown, allowed) })
}

/** As forms and `URLSearchParams` write it: `+` is a space. */
function decode(text: string, name?: string): string {
  const decoded = decodePercent(text.replaceAll('+', ' '))
  if (decoded === null) throw malformed(name, 'A "%" in it is not followed by valid UTF-8.')
  if (decoded.includes('\0')) throw malformed(name, 'It holds a NUL character.')
  return decoded
}

function decodePercent(text: string): string | null {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const malformed = (name: string | undefined, reason: string) =>
  name === undefined
    ? errors.badRequest({ reason: `The query is malformed: ${reason}` })
    : errors.invalidParameter({ name, reason })
