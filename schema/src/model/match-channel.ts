import type { ChannelModel, Model } from './model.ts'

/** A channel by its name: which pattern it fits, and what its parameters are. */
export interface ChannelMatch {
  readonly name: string
  readonly channel: ChannelModel
  readonly parameters: ReadonlyMap<string, string>
}

const longestName = 255
// What cannot be seen, or lets two names look alike: control and format characters, halves of characters, line ends.
const unseen = /[\p{C}\p{Zl}\p{Zp}]/u

/**
 * Finds what a channel's name stands for; null where there is no such channel. Where several patterns fit, the one decides
 * that has text where the others have a parameter, from the left.
 *
 * @example matchChannel(model, 'room:42')?.parameters.get('id') // '42'
 */
export function matchChannel({ channels }: Pick<Model, 'channels'>, name: string): ChannelMatch | null {
  if (name.length > longestName || unseen.test(name)) return null
  const pieces = name.split(/(?=[/:])/)
  let best: ChannelModel | null = null
  for (const channel of channels.values())
    if (fits(channel, pieces) && (best === null || isNearer(channel, best))) best = channel
  return best && { name, channel: best, parameters: parametersOf(best, pieces) }
}

const fits = ({ segments }: ChannelModel, pieces: readonly string[]): boolean =>
  segments.length === pieces.length &&
  segments.every(({ separator, literal }, i) => {
    const piece = pieces[i] ?? ''
    return literal === null
      ? piece.startsWith(separator) && piece.length > separator.length && !isSeparated(piece.slice(separator.length))
      : piece === separator + literal
  })

const isSeparated = (value: string): boolean => value.startsWith('/') || value.startsWith(':')

/** Both fit the same name, so they differ first where one has text and the other a parameter. */
function isNearer(channel: ChannelModel, other: ChannelModel): boolean {
  const differs = channel.segments.findIndex(
    ({ literal }, i) => (literal === null) !== ((other.segments[i]?.literal ?? null) === null),
  )
  return differs >= 0 && channel.segments[differs]?.literal !== null
}

function parametersOf({ segments }: ChannelModel, pieces: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    segments.flatMap(({ separator, parameter }, i) =>
      parameter === null ? [] : [[parameter, (pieces[i] ?? '').slice(separator.length)] as const],
    ),
  )
}
