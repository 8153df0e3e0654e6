/**
 * Writes a text as an SQL literal, whatever `standard_conforming_strings` says. Only for what a schema holds (choices,
 * bounds): a value of a request always travels as a parameter.
 *
 * @example sqlLiteral("it's") // 'it''s'
 */
export function sqlLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
