import { errors } from '@plinth/schema'

/** Names of time zones that both sides know: IANA's, as Node lists them. */
const timeZones: ReadonlySet<string> = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])

/** The `timezone` of a request; UTC without one. @throws Problem invalidParameter */
export function timeZoneOf(parameters: ReadonlyMap<string, string>): string {
  const name = parameters.get('timezone') ?? 'UTC'
  if (timeZones.has(name)) return name
  throw errors.invalidParameter({ name: 'timezone', reason: 'must be the name of a time zone, such as Europe/Berlin.' })
}
