import { errors } from '@plinth/schema'

/** What IANA's names look like; Node and PostgreSQL know others as well, and mean different things by some of them. */
const ianaName = /^[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z0-9_+-]*){1,2}$/

/** The `timezone` of a request; UTC without one. @throws Problem invalidParameter */
export function timeZoneOf(parameters: ReadonlyMap<string, string>): string {
  const name = parameters.get('timezone') ?? 'UTC'
  if (name === 'UTC' || (ianaName.test(name) && isKnown(name))) return name
  throw unknownTimeZone()
}

export const unknownTimeZone = (cause?: unknown): Error =>
  errors.invalidParameter(
    { name: 'timezone', reason: 'must be the name of a time zone, such as Europe/Berlin.' },
    { cause },
  )

/** `Intl.supportedValuesOf` has one name of each zone, and often the old one: Asia/Calcutta, not Asia/Kolkata. */
function isKnown(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
