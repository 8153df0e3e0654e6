/** The JSON Schema keywords for a text's length, in characters (code points). */
export const lengthKeywords = (minLength: number | undefined, maxLength: number): Readonly<Record<string, number>> => ({
  ...(minLength !== undefined && { minLength }),
  maxLength,
})

/** The same bounds as conditions on a column; `char_length` counts code points as JSON Schema does. */
export const lengthChecks = (column: string, minLength: number | undefined, maxLength: number): readonly string[] => [
  ...(minLength !== undefined && minLength > 0 ? [`char_length(${column}) >= ${minLength}`] : []),
  `char_length(${column}) <= ${maxLength}`,
]

/** Says when the shortest allowed text is longer than the longest. */
export const lengthProblems = (
  minLength: number | undefined,
  maxLength: number,
): readonly (readonly [option: string, message: string])[] =>
  minLength !== undefined && minLength > maxLength
    ? [['minLength', `minLength (${minLength}) is above maxLength (${maxLength}), so no text would fit.`]]
    : []

/** UTF-8 takes up to four bytes for a character. */
export const utf8Bytes = (characters: number): number => characters * 4
