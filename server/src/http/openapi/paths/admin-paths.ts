import type { Access } from '../../../access/access.ts'
import type { Section } from '../document.ts'
import { apiKeyPaths, apiKeySchemas } from './api-key-paths.ts'
import { eventPaths, securityEvent } from './event-paths.ts'
import { explainPaths, explanation } from './explain-paths.ts'
import { logLine, logPaths } from './log-paths.ts'
import { providerAdminPaths, providerAdminSchemas } from './provider-admin-paths.ts'
import { signingKeyPaths } from './signing-key-paths.ts'
import { userAdminPaths } from './user-admin-paths.ts'
import { viewAsPaths } from './view-as-paths.ts'

const tag = 'Administration'

/** `/api/admin`, for admins. Mail has a section of its own. */
export const adminSection = ({ model }: Access): Section => ({
  tag: { name: tag, description: 'For admins alone.' },
  paths: {
    ...userAdminPaths(tag),
    ...viewAsPaths(tag),
    ...apiKeyPaths(tag),
    ...signingKeyPaths(tag),
    ...providerAdminPaths(tag),
    ...eventPaths(tag),
    ...logPaths(tag),
    ...explainPaths(tag, [...model.collections.keys()]),
  },
  schemas: {
    ...apiKeySchemas,
    ...providerAdminSchemas,
    SecurityEvent: securityEvent,
    LogLine: logLine,
    Explanation: explanation,
  },
})
