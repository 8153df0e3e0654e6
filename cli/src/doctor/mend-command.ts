/** The commands that change one thing in the schema file and apply it. */
export const mendCommand = (path: string, value: unknown): string =>
  `plinth schema set ${path} ${quoted(JSON.stringify(value))} && plinth schema push`

/** A word of a shell's command line. */
const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
