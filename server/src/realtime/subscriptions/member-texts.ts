/**
 * The members of a JSON object as the texts they have in it. A value that is passed on as its text keeps what JavaScript's
 * numbers would lose, and costs neither parsing nor writing. The text is PostgreSQL's own, so it is known to be well-formed.
 */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  let at = skipBetween(text, text.indexOf('{') + 1)
  while (text[at] === '"') {
    const nameEnd = endOfText(text, at)
    const start = skipBetween(text, nameEnd)
    const end = endOfValue(text, start)
    // A JSON string, by the line above.
    members.set(JSON.parse(text.slice(at, nameEnd)) as string, text.slice(start, end))
    at = skipBetween(text, end)
  }
  return members
}

const between = new Set([' ', ',', ':', '\n', '\t'])

/** The place of what comes next, behind white space and separators. */
export function skipBetween(text: string, start: number): number {
  let at = start
  while (between.has(text[at] ?? '')) at += 1
  return at
}

/** Behind the closing quote. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return at + 1
  }
  return text.length
}

/** The place behind the value that begins here. */
export function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return endOfText(text, start)
  let at = start
  if (first !== '{' && first !== '[') {
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1
    return at
  }
  let depth = 0
  while (at < text.length) {
    const character = text[at]
    if (character === '"') {
      at = endOfText(text, at)
      continue
    }
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    at += 1
    if (depth === 0) break
  }
  return at
}
