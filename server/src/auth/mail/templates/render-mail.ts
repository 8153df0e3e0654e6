import type { MailTemplate } from './built-in-template.ts'
import { escapeHtml } from './escape-html.ts'

export type MailValues = Readonly<Record<string, string>>

const placeholder = /\{\{\s*(\w*)\s*\}\}/g
// Line breaks of every kind, and whatever else is not meant to be seen.
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const maxValue = 2_000
const maxSubject = 200

/** Puts values into a template. A value is text wherever it stands: never markup, never a line of the header, never a variable. */
export function renderMail(template: MailTemplate, values: MailValues): MailTemplate {
  const plain = (name: string): string => (Object.hasOwn(values, name) ? oneLine(values[name] ?? '') : '')
  return {
    subject: oneLine(fill(template.subject, plain)).slice(0, maxSubject),
    text: fill(template.text, plain),
    html: fill(template.html, (name) => escapeHtml(plain(name))),
  }
}

/** The variables that a text names. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].map(([, name]) => name ?? '')

const fill = (text: string, valueOf: (name: string) => string): string =>
  text.replace(placeholder, (_match, name: string) => valueOf(name))

const oneLine = (text: string): string => text.slice(0, maxValue).replace(control, ' ').trim()
