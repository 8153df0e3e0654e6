import type { Auth } from '../auth/open-auth.ts'
import type { Handler } from './http-request.ts'

/** A handler for what is sensitive: only who has proved a short while ago who they are reaches it. */
export const recentProof =
  ({ factors }: Pick<Auth, 'factors'>, handler: Handler): Handler =>
  async (req, res) => {
    await factors.requireRecentProof(req.actor)
    return handler(req, res)
  }
