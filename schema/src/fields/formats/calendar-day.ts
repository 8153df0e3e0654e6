const yearAndThirtyOneDays = '[0-9]{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])'
const thirtyDays = '[0-9]{4}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)'
const february = '[0-9]{4}-02-(?:0[1-9]|1[0-9]|2[0-8])'
const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'

/**
 * A pattern (without anchors) for the days that exist from 0001-01-01 to 9999-12-31. The JSON Schema format `date` alone
 * would let the year 0000 through, which PostgreSQL does not have.
 */
export const calendarDay = `(?!0000)(?:${yearAndThirtyOneDays}|${thirtyDays}|${february}|${leapYear}-02-29)`
