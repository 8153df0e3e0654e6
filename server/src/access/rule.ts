import type { Expression, RuleModel } from '@plinth/schema'

const everywhere = { start: 0, end: 0, type: { kind: 'boolean' } } as const

/** At least one of the rules holds. `false` for none: the default is deny. */
export function anyRule(rules: readonly RuleModel[]): RuleModel {
  if (rules.includes(true)) return true
  const items = rules.filter((rule): rule is Expression => typeof rule !== 'boolean')
  const [first, ...others] = items
  if (first === undefined) return false
  return others.length === 0 ? first : { ...everywhere, kind: 'or', items }
}

/** All of the rules hold. */
export function everyRule(rules: readonly RuleModel[]): RuleModel {
  if (rules.includes(false)) return false
  const items = rules.filter((rule): rule is Expression => typeof rule !== 'boolean')
  const [first, ...others] = items
  if (first === undefined) return true
  return others.length === 0 ? first : { ...everywhere, kind: 'and', items }
}
