import { nameProblem } from './names.ts'

/** A piece of a channel's name: text as it stands, with the separator in front of it, or a parameter. */
export interface ChannelSegment {
  /** `/`, `:`, or nothing in front of the first. */
  readonly separator: string
  readonly literal: string | null
  readonly parameter: string | null
}

const longestPattern = 200
const separated = /([/:]?)([^/:]*)/y
const literalText = /^[\w.-]+$/
const parameterText = /^\{(.*)\}$/

/**
 * Reads the pattern of channels' names: pieces between `/` and `:`, each a text or one parameter in curly brackets. A text
 * in place of the pieces says what is wrong with it.
 *
 * @example parseChannelPattern('room:{id}') // [{ literal: 'room', … }, { parameter: 'id', … }]
 */
export function parseChannelPattern(pattern: string): readonly ChannelSegment[] | string {
  if (pattern.length > longestPattern) return `The pattern of a channel has ${longestPattern} characters at most.`
  const segments: ChannelSegment[] = []
  separated.lastIndex = 0
  while (separated.lastIndex < pattern.length || segments.length === 0) {
    const [, separator = '', text = ''] = separated.exec(pattern) ?? []
    const segment = parseSegment(separator, text)
    if (typeof segment === 'string') return segment
    segments.push(segment)
  }
  const names = segments.flatMap(({ parameter }) => parameter ?? [])
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) return `The parameter "${twice}" stands here twice: give each its own name.`
  return pattern.startsWith('/') || pattern.startsWith(':')
    ? 'A channel starts with a name: leave out what is in front.'
    : segments
}

function parseSegment(separator: string, text: string): ChannelSegment | string {
  if (literalText.test(text)) return { separator, literal: text, parameter: null }
  const parameter = parameterText.exec(text)?.[1]
  if (text === '*') return 'Give what varies a name in curly brackets: {id} instead of *.'
  if (parameter === undefined)
    return 'A channel is named by pieces of letters, digits, _, - and . between / and :, or parameters such as {id}.'
  return nameProblem(parameter, 'parameter') ?? { separator, literal: null, parameter }
}

/** Equal for patterns that fit the same names, whatever their parameters are called. */
export const shapeOf = (segments: readonly ChannelSegment[]): string =>
  segments.map(({ separator, literal }) => `${separator}${literal ?? '{}'}`).join('')
