/**
 * A name or an id as one segment of a path.
 *
 * @throws TypeError where it is empty, or dots that lead elsewhere: no encoding keeps those in their place
 */
export function segment(text: string): string {
  if (typeof text === 'string' && /^(?!\.{0,2}$)/.test(text)) return encodeURIComponent(text)
  throw new TypeError(`An id or a name is text, and not ${JSON.stringify(text)}.`)
}
