import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeConfig, readConfig } from '../src/config.ts'

const page = new URL('../../docs/settings.md', import.meta.url)

const head = `# Settings

Plinth is configured by environment variables. All of them are checked at the start, and all faults are reported at once. Each secret
can also come from a file: set the variable's name with \`_FILE\` behind it to the file's path. This page is derived from the settings
themselves (\`server/src/config.ts\`).

| variable | default | what it is |
| --- | --- | --- |
`

it('docs/settings.md lists every setting as the program knows it', () => {
  const lines = describeConfig(readConfig({})).map(
    (each) =>
      `| \`${each.name}\` | ${each.default ? `\`${each.default}\`` : ''} | ${each.description}${each.secret ? ' Secret.' : ''} |`,
  )
  const text = `${head}${lines.join('\n')}\n`
  // To write the page anew: UPDATE_DOCS=1 npx vitest run server/test/settings-page.test.ts
  if (process.env['UPDATE_DOCS']) writeFileSync(page, text)
  expect(readFileSync(page, 'utf8')).toBe(text)
})
