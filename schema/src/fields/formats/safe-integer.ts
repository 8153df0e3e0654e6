/** Beyond this, JSON numbers lose digits in most languages: 2^53 − 1. */
export const largestInteger = Number.MAX_SAFE_INTEGER

/** Keeps a bigint column within what JSON carries exactly. */
export const integerChecks = (column: string, min = -largestInteger, max = largestInteger): readonly string[] => [
  `${column} between ${min} and ${max}`,
]
