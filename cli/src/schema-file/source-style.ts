import { type PrintStyle, usualStyle } from '@plinth/schema'

/** How a file is written, so that what is added looks like the rest. */
export interface SourceStyle extends PrintStyle {
  readonly newline: '\n' | '\r\n'
}

/** The style that most of a file has. */
export function sourceStyle(source: string): SourceStyle {
  const single = source.split("'").length
  const double = source.split('"').length
  return {
    ...usualStyle,
    indent: /^(\t+|  +)\S/m.exec(source)?.[1]?.replace(/^\t+$/, '\t') ?? usualStyle.indent,
    quote: double > single ? '"' : "'",
    newline: source.includes('\r\n') ? '\r\n' : '\n',
  }
}
