import { errors } from '@plinth/schema'
import { isAdmin } from '../access/actor.ts'
import type { Handler } from './http-request.ts'

/** A handler that only admins reach. */
export const adminOnly =
  (handler: Handler): Handler =>
  (req, res) => {
    if (req.actor.kind === 'anonymous') throw errors.notSignedIn()
    if (!isAdmin(req.actor)) throw errors.adminOnly()
    return handler(req, res)
  }
