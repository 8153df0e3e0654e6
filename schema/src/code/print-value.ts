/** How a value is laid out in TypeScript. */
export interface PrintStyle {
  /** One level of indentation. */
  readonly indent: string
  readonly quote: "'" | '"'
  /** The most columns of a line; what is longer goes over several. */
  readonly width: number
}

export const usualStyle: PrintStyle = { indent: '  ', quote: "'", width: 120 }

/** Where a value stands. */
interface Place {
  /** The indentation of the line on which it starts. */
  readonly margin: string
  /** How many columns of that line are taken: by what precedes it, and by the comma after it. */
  readonly taken: number
  /** Whether the object or list at this path goes over several lines even where it would fit into one. */
  readonly opened: (path: readonly string[]) => boolean
  readonly path: readonly string[]
}

const neverOpened = () => false

/**
 * Plain JSON as a TypeScript literal: on one line where it fits.
 *
 * @example printValue({ type: 'text', pattern: "it's" }) // { type: 'text', pattern: "it's" }
 */
export function printValue(value: unknown, style: PrintStyle = usualStyle, place: Partial<Place> = {}): string {
  return print(value, style, { margin: '', taken: 0, opened: neverOpened, path: [], ...place })
}

function print(value: unknown, style: PrintStyle, place: Place): string {
  if (typeof value === 'string') return printText(value, style)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  if (entries.length === 0) return `${open}${close}`
  const line = printLine(entries, isList, style)
  if (!place.opened(place.path) && fits(line, style, place)) return line
  const margin = place.margin + style.indent
  const lines = entries.map(([key, each]) => {
    const name = isList ? '' : `${printKey(key, style)}: `
    const inner = { ...place, margin, taken: margin.length + name.length + 1, path: [...place.path, key] }
    return `${margin}${name}${print(each, style, inner)},\n`
  })
  return `${open}\n${lines.join('')}${place.margin}${close}`
}

const fits = (line: string, style: PrintStyle, place: Place): boolean =>
  !line.includes('\n') && place.taken + line.length <= style.width

function printLine(entries: readonly [string, unknown][], isList: boolean, style: PrintStyle): string {
  const parts = entries.map(([key, each]) => {
    const text = print(each, { ...style, width: Number.POSITIVE_INFINITY }, flat)
    return isList ? text : `${printKey(key, style)}: ${text}`
  })
  return isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`
}

const flat: Place = { margin: '', taken: 0, opened: neverOpened, path: [] }

/** A key as it is written before the colon. `__proto__` in any other form would set the object's prototype. */
export function printKey(key: string, style: PrintStyle = usualStyle): string {
  if (key === '__proto__') return `[${printText(key, style)}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : printText(key, style)
}

// Characters that would be invisible in an editor, or that would not survive UTF-8.
const unseen = /[\p{Cc}\u2028\u2029\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escapeUnseen = (text: string): string =>
  text.replace(unseen, (each) => escapes[each] ?? `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

function printText(text: string, style: PrintStyle): string {
  if (text.includes('\n')) return printTemplate(text)
  const other = style.quote === "'" ? '"' : "'"
  const quote = count(text, style.quote) > count(text, other) ? other : style.quote
  const escaped = escapeUnseen(text.replaceAll('\\', '\\\\')).replaceAll(quote, `\\${quote}`)
  return `${quote}${escaped}${quote}`
}

/** A text of several lines, such as the SQL of a view, stays readable. */
function printTemplate(text: string): string {
  const lines = text.replace(/[\\`]|\$(?=\{)/g, '\\$&').split('\n')
  return `\`${lines.map(escapeUnseen).join('\n')}\``
}

const count = (text: string, part: string): number => text.split(part).length - 1
