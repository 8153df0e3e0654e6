/** The commands that change one thing in the schema file and apply it. */
export const mendCommand = (path: string, value: unknown): string =>
  `plinth schema set ${path} '${JSON.stringify(value).replaceAll("'", "'\\''")}' && plinth schema push`
