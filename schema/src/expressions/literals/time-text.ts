/** What a text means as a time: a day, an instant (milliseconds since 1970), or a sentence that says what is wrong with it. */
export type TimeText =
  | { readonly kind: 'date'; readonly value: string }
  | { readonly kind: 'datetime'; readonly value: number }
  | { readonly kind: 'fault'; readonly message: string }

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/
const datetimePattern = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(.*)$/
const offsetPattern = /^([+-])(\d{2}):?(\d{2})$/

const firstInstant = Date.parse('0001-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

/** Reads an ISO 8601 day (`2026-01-31`) or instant (`2026-01-31T12:00:00Z`, `…+02:00`) of the years 1 to 9999. */
export function parseTime(text: string): TimeText {
  if (datePattern.test(text)) return isDay(text) ? { kind: 'date', value: text } : notADay(text)
  const parts = datetimePattern.exec(text)
  if (parts === null) return fault(`'${text}' is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'`)

  const [, day = '', hours, minutes, seconds = '00', fraction = '', zone = ''] = parts
  if (!isDay(day)) return notADay(day)
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return fault(`'${text}' has no such time of day`)
  if (/[1-9]/.test(fraction.slice(3))) return fault('times are exact to milliseconds: three digits after the point')
  const offset = offsetMinutes(zone)
  if (offset === null) return zoneFault(zone)

  const milliseconds = fraction.slice(0, 3).padEnd(3, '0')
  const value = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${milliseconds}Z`) - offset * 60_000
  if (value < firstInstant || value > lastInstant) return fault('times lie within the years 1 to 9999 (UTC)')
  return { kind: 'datetime', value }
}

/** Midnight of a day in UTC, as milliseconds since 1970. */
export const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`)

function isDay(text: string): boolean {
  const [, year, month, day] = datePattern.exec(text) ?? []
  if (Number(year) < 1 || Number(month) < 1 || Number(month) > 12) return false
  return Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month))
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function offsetMinutes(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0
  const [, sign, hours, minutes] = offsetPattern.exec(zone) ?? []
  if (sign === undefined || Number(hours) > 23 || Number(minutes) > 59) return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function zoneFault(zone: string): TimeText {
  if (zone === '')
    return fault('a time of day needs its time zone: end with Z for UTC, or with an offset such as +02:00')
  if (/^ \d{2}:?\d{2}$/.test(zone)) return fault('the offset has lost its sign: a `+` in a URL must be written %2B')
  return fault(`'${zone}' is not a time zone here: end with Z for UTC, or with an offset such as +02:00`)
}

const notADay = (day: string): TimeText => fault(`there is no day '${day}' in the calendar`)
const fault = (message: string): TimeText => ({ kind: 'fault', message })
