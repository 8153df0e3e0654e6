const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const units: ReadonlyMap<string, number> = new Map([
  ['w', 7 * day],
  ['d', day],
  ['h', hour],
  ['m', minute],
  ['s', second],
])

/** 1,000 years of 365.25 days. */
export const longestDuration = 365_250 * day
export const dayInMilliseconds = day

/** The length of a duration such as `1d12h` in milliseconds; unlike its text, it is bounded by nothing. */
export function durationMilliseconds(text: string): number {
  const pieces = [...text.matchAll(/(\d+)([wdhms])/g)]
  return pieces.reduce((total, [, count, unit]) => total + Number(count) * (units.get(unit ?? '') ?? 0), 0)
}
