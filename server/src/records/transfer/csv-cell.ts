/**
 * What a spreadsheet may take for the start of a formula, also behind apostrophes of ours; the last four are the wide forms
 * that some take for the same. https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

const special = /[",\r\n]/

/**
 * A value's text as a cell of RFC 4180. Null is an empty cell and an empty text is `""`, so that the two can be told
 * apart. Text that a spreadsheet could run gets an apostrophe in front, which `readCell` takes away again.
 *
 * @param isNumber whether the text is a number's: a minus in front is no formula then
 */
export function writeCell(text: string | null | undefined, isNumber: boolean): string {
  if (text === null || text === undefined) return ''
  if (isNumber) return text
  const safe = formula.test(text) ? `'${text}` : text
  return safe === '' || special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a cell; null where it is empty and not quoted. */
export function readCell(text: string, isQuoted: boolean): string | null {
  if (text === '') return isQuoted ? '' : null
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text
}
