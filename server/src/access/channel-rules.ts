import type { ChannelAction, ChannelModel, Model, RuleModel } from '@plinth/schema'
import { settleFor } from './access.ts'
import { type Actor, isAdmin } from './actor.ts'
import { expandRoles } from './expand-roles.ts'
import { anyRule, everyRule } from './rule.ts'

/** The rule of each action in a channel. */
export type ChannelRules = Readonly<Record<ChannelAction, RuleModel>>

/**
 * What an actor may do in the channels of a pattern, with all its roles put together. Who may not join may do nothing
 * there. Actors with the same `accessKey` have the same rules.
 */
export function channelRules(model: Model, { permissions }: ChannelModel, actor: Actor): ChannelRules {
  if (isAdmin(actor)) return { join: true, broadcast: true, presence: true }
  const settled = settleFor(actor.userId !== null)
  const roles = expandRoles(model, actor.roles)
  const ruleOf = (action: ChannelAction): RuleModel =>
    anyRule(roles.map((role) => settled(permissions.get(role)?.[action] ?? false)))
  const join = ruleOf('join')
  return { join, broadcast: everyRule([join, ruleOf('broadcast')]), presence: everyRule([join, ruleOf('presence')]) }
}
