/** A thousand records of a megabyte each, ten times over, would otherwise take all the memory there is. */
export const maxAnswerBytes = 64 * 1024 * 1024
