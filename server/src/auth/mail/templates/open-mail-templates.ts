import { errors, type Fault, suggestion } from '@plinth/schema'
import type { Actor } from '../../../access/actor.ts'
import type { MailDeps } from '../mail-deps.ts'
import { siteOf } from '../send-mail.ts'
import type { MailTemplate } from './built-in-template.ts'
import { type MailTemplateName, mailTemplateNames, variablesOf } from './mail-content.ts'
import { namesIn, renderMail } from './render-mail.ts'
import {
  forgetTemplate,
  languageFormat,
  listTemplates,
  saveTemplate,
  type ShownTemplate,
  showTemplate,
} from './stored-templates.ts'

/** The templates of mails, as admins edit them. Each throws mailTemplateNotFound for a mail that Plinth does not write. */
export interface MailTemplates {
  list(): Promise<readonly ShownTemplate[]>
  show(name: string, language: string): Promise<ShownTemplate>
  /** @throws Problem invalidBody for what would not work in a mail */
  save(name: string, language: string, template: MailTemplate, by: Actor): Promise<ShownTemplate>
  /** Goes back to Plinth's own words. */
  forget(name: string, language: string): Promise<void>
  /** What a mail would look like, with these texts in place of the template's own, and made-up values. */
  preview(name: string, language: string, texts: Partial<MailTemplate>): Promise<MailTemplate>
}

export function openMailTemplates(mail: MailDeps, actorText: (actor: Actor) => string): MailTemplates {
  const { database } = mail
  const show = (name: string, language: string): Promise<ShownTemplate> =>
    showTemplate(database, knownName(name, language), language)
  return {
    list: () => listTemplates(database),
    show,
    save: async (name, language, template, by) => {
      refuseFaulty(knownName(name, language), template)
      await saveTemplate(database, knownName(name, language), language, template, actorText(by))
      return show(name, language)
    },
    forget: (name, language) => forgetTemplate(database, knownName(name, language), language),
    preview: async (name, language, texts) => {
      const { subject, text, html } = await show(name, language)
      const template = { subject, text, html, ...texts }
      refuseFaulty(knownName(name, language), template)
      return renderMail(template, { ...madeUp(mail.publicUrl()), site: siteOf(mail) })
    },
  }
}

function knownName(name: string, language: string): MailTemplateName {
  const known = mailTemplateNames.find((each) => each === name)
  if (known !== undefined && new RegExp(languageFormat).test(language)) return known
  throw errors.mailTemplateNotFound({
    name: name.slice(0, 64),
    language: language.slice(0, 16),
    suggestion: known === undefined ? suggestion(name.slice(0, 64), mailTemplateNames) : '',
  })
}

/** @throws Problem invalidBody with every fault at once */
function refuseFaulty(name: MailTemplateName, template: MailTemplate): void {
  const variables = variablesOf(name)
  const parts = [
    ['/subject', template.subject],
    ['/text', template.text],
    ['/html', template.html],
  ] as const
  const unknown = parts.flatMap(([path, text]) =>
    namesIn(text)
      .filter((each) => !variables.includes(each))
      .map((each) => unknownVariable(path, each, variables)),
  )
  const broken: readonly Fault[] = /\p{Cc}/u.test(template.subject)
    ? [{ path: '/subject', code: 'pattern', message: 'A subject is one line, without control characters.' }]
    : []
  // Who gets the mail must be able to do what it is for.
  const needed = ['link', 'code'].filter((each) => variables.includes(each))
  const missing = parts.slice(1).flatMap(([path, text]) => {
    const has = needed.every((each) =>
      namesIn(text).some((used) => used === each || (each === 'link' && used === 'token')),
    )
    return has ? [] : [{ path, code: 'required', message: `Must hold {{${needed.join('}} or {{')}}}.` }]
  })
  const faults = [...unknown, ...broken, ...missing]
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
}

const unknownVariable = (path: string, name: string, known: readonly string[]): Fault => ({
  path,
  code: 'unknownVariable',
  message: `There is no {{${name.slice(0, 64)}}} in this mail.${suggestion(name.slice(0, 64), known)}`,
})

const madeUp = (publicUrl: string): Readonly<Record<string, string>> => ({
  email: 'ada@example.com',
  oldEmail: 'ada@old.example',
  newEmail: 'ada@new.example',
  link: `${publicUrl}/auth/preview#token=preview`,
  token: 'preview',
  code: '123456',
  minutes: '15',
  days: '7',
  device: 'Firefox on Linux',
  address: '203.0.113.7',
  time: '2026-01-31 12:00 UTC',
})
