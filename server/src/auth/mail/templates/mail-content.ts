/** The mails that Plinth writes, and what each may tell besides `site` and `email` (the recipient). */
export const mailVariables = {
  signUp: ['link', 'token', 'minutes'],
  verifyEmail: ['link', 'token', 'minutes'],
  magicLink: ['link', 'token', 'minutes'],
  code: ['code', 'minutes'],
  resetPassword: ['link', 'token', 'minutes'],
  passwordChanged: [],
  changeEmail: ['link', 'token', 'minutes', 'oldEmail'],
  changeEmailNotice: ['newEmail'],
  emailChanged: ['oldEmail', 'newEmail'],
  newDevice: ['device', 'address', 'time'],
  invite: ['link', 'token', 'days'],
  alreadyRegistered: [],
  factorAdded: ['factor'],
  factorRemoved: ['factor'],
  recoveryCodeUsed: ['left'],
  identityLinked: ['provider'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type MailTemplateName = keyof typeof mailVariables

export const mailTemplateNames = Object.keys(mailVariables) as readonly MailTemplateName[]

/** All that a template may name. */
export const variablesOf = (name: MailTemplateName): readonly string[] => ['site', 'email', ...mailVariables[name]]

/** A mail's words. Both of its forms, text and HTML, are made of them. */
export interface MailContent {
  readonly subject: string
  readonly before: readonly string[]
  /** The words on the button that opens `{{link}}`; or what stands out, such as a code. */
  readonly button?: string
  readonly display?: string
  readonly after: readonly string[]
}

export type MailContents = Readonly<Record<MailTemplateName, MailContent>>
