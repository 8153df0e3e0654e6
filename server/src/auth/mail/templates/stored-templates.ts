import type { Session } from '../../../database/database.ts'
import { type MailTemplate, builtInLanguages, builtInTemplate, fallbackLanguage } from './built-in-template.ts'
import { type MailTemplateName, mailTemplateNames, variablesOf } from './mail-content.ts'

/** A template as admins see it. */
export interface ShownTemplate extends MailTemplate {
  readonly name: string
  readonly language: string
  /** Whether an admin wrote it. */
  readonly custom: boolean
  /** What may stand in it, as `{{name}}`. */
  readonly variables: readonly string[]
}

/** A language as templates are kept by: `de`, or `pt-br`. */
export const languageFormat = '^[a-z]{2,3}(?:-[a-z0-9]{2,8})?$'

/** The language that a browser asks for first, for a mail; English where it names none. */
export function mailLanguage(acceptLanguage: string | undefined): string {
  const first = (acceptLanguage ?? '').split(/[,;]/)[0]?.trim().toLowerCase() ?? ''
  return new RegExp(languageFormat).test(first) ? first : fallbackLanguage
}

/** An admin's own words where there are some: in this language, then in it without its region, then Plinth's. */
export async function findTemplate(session: Session, name: MailTemplateName, language: string): Promise<MailTemplate> {
  const base = language.split('-')[0] ?? fallbackLanguage
  // Where Plinth speaks the language itself, its words come before an admin's in English.
  const wanted = [language, base, ...(builtInLanguages.includes(base) ? [] : [fallbackLanguage])]
  const rows = await session.run({
    text: `
      select subject, text, html from plinth.mail_templates
      where name = $1 and language = any($2::text[])
      order by array_position($2::text[], language)
      limit 1`,
    values: [name, wanted],
    name: 'mail-template',
  })
  const [row] = rows
  return row === undefined
    ? builtInTemplate(name, base)
    : { subject: row[0] ?? '', text: row[1] ?? '', html: row[2] ?? '' }
}

/** Every template in every language that there is. */
export async function listTemplates(session: Session): Promise<readonly ShownTemplate[]> {
  const rows = await session.run({
    text: 'select name, language, subject, text, html from plinth.mail_templates order by name, language',
    values: [],
  })
  const own = new Map(
    rows.map(([name, language, subject, text, html]) => [`${name} ${language}`, { subject, text, html }]),
  )
  const languages = [...new Set([...builtInLanguages, ...rows.map(([, language]) => language ?? '')])]
  return mailTemplateNames.flatMap((name) =>
    languages.flatMap((language) => {
      const written = own.get(`${name} ${language}`)
      if (written === undefined && !builtInLanguages.includes(language)) return []
      const { subject, text, html } = written ?? builtInTemplate(name, language)
      return [
        shown(name, language, { subject: subject ?? '', text: text ?? '', html: html ?? '' }, written !== undefined),
      ]
    }),
  )
}

export async function showTemplate(session: Session, name: MailTemplateName, language: string): Promise<ShownTemplate> {
  const rows = await session.run({
    text: 'select subject, text, html from plinth.mail_templates where name = $1 and language = $2',
    values: [name, language],
  })
  const [row] = rows
  if (row === undefined) return shown(name, language, builtInTemplate(name, language), false)
  return shown(name, language, { subject: row[0] ?? '', text: row[1] ?? '', html: row[2] ?? '' }, true)
}

export async function saveTemplate(
  session: Session,
  name: MailTemplateName,
  language: string,
  { subject, text, html }: MailTemplate,
  by: string,
): Promise<void> {
  await session.run({
    text: `
      insert into plinth.mail_templates (name, language, subject, text, html, changed_by) values ($1, $2, $3, $4, $5, $6)
      on conflict (name, language) do update set
        subject = excluded.subject, text = excluded.text, html = excluded.html, changed = now(), changed_by = excluded.changed_by`,
    values: [name, language, subject, text, html, by],
  })
}

/** Goes back to Plinth's own words. */
export async function forgetTemplate(session: Session, name: MailTemplateName, language: string): Promise<void> {
  await session.run({
    text: 'delete from plinth.mail_templates where name = $1 and language = $2',
    values: [name, language],
  })
}

const shown = (name: MailTemplateName, language: string, template: MailTemplate, custom: boolean): ShownTemplate => ({
  name,
  language,
  ...template,
  custom,
  variables: variablesOf(name),
})
