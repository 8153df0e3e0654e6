import type { Section } from '../document.ts'
import { inviteSchema, invitePaths } from './invite-paths.ts'
import { mailTemplatePaths, mailTemplateSchemas } from './mail-template-paths.ts'
import { outboxMail, outboxPaths } from './outbox-paths.ts'

const tag = 'Mail'

/** Invitations, templates and the outbox, for admins. */
export const mailAdminSection = (): Section => ({
  tag: { name: tag, description: 'Invitations, the words of mails, and what was sent. For admins alone.' },
  paths: { ...invitePaths(tag), ...mailTemplatePaths(tag), ...outboxPaths(tag) },
  schemas: { Invite: inviteSchema, ...mailTemplateSchemas, OutboxMail: outboxMail },
})
