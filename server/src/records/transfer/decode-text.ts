import { errors } from '@plinth/schema'

/**
 * Bytes as text, piece by piece, without a byte order mark.
 *
 * @throws Problem importMalformed where they are not UTF-8, with the line
 */
export async function* decodeText(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  const decode = (piece?: Uint8Array): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined })
    } catch (cause) {
      const broken = new TextDecoder().decode(piece)
      const before = broken.slice(0, Math.max(0, broken.indexOf('\ufffd')))
      throw errors.importMalformed({ line: line + lineBreaks(before), reason: 'it is not UTF-8.' }, { cause })
    }
  }
  for await (const piece of pieces) {
    const text = decode(piece)
    line += lineBreaks(text)
    yield text
  }
  yield decode()
}

/** How many line breaks a text has. */
export function lineBreaks(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
