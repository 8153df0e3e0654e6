import { english } from './english.ts'
import { german } from './german.ts'
import type { MailContent, MailContents, MailTemplateName } from './mail-content.ts'

/** A mail with `{{variables}}` in it. */
export interface MailTemplate {
  readonly subject: string
  readonly text: string
  readonly html: string
}

export const fallbackLanguage = 'en'

const languages: Readonly<Record<string, MailContents>> = { en: english, de: german }

export const builtInLanguages: readonly string[] = Object.keys(languages)

/** Plinth's own template; in English where it does not speak the language. */
export function builtInTemplate(name: MailTemplateName, language: string): MailTemplate {
  const content = (Object.hasOwn(languages, language) ? languages[language] : undefined)?.[name] ?? english[name]
  return { subject: content.subject, text: textOf(content), html: htmlOf(content, language) }
}

function textOf({ before, button, display, after }: MailContent): string {
  const middle = button === undefined ? (display ?? '') : `${button}:\n{{link}}`
  return `${[...before, middle, ...after].filter((each) => each !== '').join('\n\n')}\n`
}

// Programs that show mail know little more than this, and styles only where they are used.
const paragraph = (text: string): string => `<p style="margin:0 0 16px">${text}</p>`
const largeText = (text: string): string =>
  `<p style="margin:0 0 16px;font-size:22px;font-weight:600;letter-spacing:1px">${text}</p>`
const linkButton = (text: string): string =>
  `<p style="margin:0 0 16px"><a href="{{link}}" style="display:inline-block;padding:11px 20px;border-radius:8px;background:#2f5bd3;color:#ffffff;font-weight:600;text-decoration:none">${text}</a></p>`

function htmlOf({ before, button, display, after }: MailContent, language: string): string {
  const middle = [
    ...(button === undefined ? [] : [linkButton(button)]),
    ...(display === undefined ? [] : [largeText(display)]),
  ]
  const paragraphs = [...before.map(paragraph), ...middle, ...after.map(paragraph)]
  return `<!doctype html>
<html lang="${Object.hasOwn(languages, language) ? language : fallbackLanguage}">
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2430">
<div style="max-width:520px;margin:0 auto">
${paragraphs.join('\n')}
</div>
</body>
</html>
`
}
