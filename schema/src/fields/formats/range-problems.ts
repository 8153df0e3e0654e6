/** Says when `min` is above `max`. `compare` answers as `Array.sort` wants it. */
export const rangeProblems = <T>(
  min: T | undefined,
  max: T | undefined,
  compare: (a: T, b: T) => number,
): readonly (readonly [option: string, message: string])[] =>
  min !== undefined && max !== undefined && compare(min, max) > 0
    ? [['min', `min (${String(min)}) is above max (${String(max)}), so no value would fit.`]]
    : []
