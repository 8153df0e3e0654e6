import { type ChannelMatch, errors, matchChannel, type Model } from '@plinth/schema'
import { type Actor, anonymous } from '../../access/actor.ts'
import { type ChannelRules, channelRules } from '../../access/channel-rules.ts'
import { compileSql } from '../../database/sql.ts'
import { type ChannelAsk, channelAsk, channelCheck } from '../../query/channel-check.ts'
import {
  makeRun,
  operationOf,
  type RecordsDeps,
  runPlan,
  withAccess,
  withCurrentModel,
} from '../../records/operation.ts'
import type { Plan } from '../../records/plan-cache.ts'

/** An actor, and the name of a channel. */
export interface RightsAsk {
  readonly actor: Actor
  readonly channel: string
}

/** What an actor may do in a channel. Nothing where there is no such channel. */
export interface ChannelRights {
  readonly match: ChannelMatch | null
  readonly join: boolean
  readonly broadcast: boolean
  readonly presence: boolean
}

interface Planned {
  readonly rules: ChannelRules
  /** Null where no record has to be looked at. */
  readonly plan: Plan | null
}

/** Those questions that one statement answers together. */
interface Group extends Planned {
  readonly asks: ChannelAsk[]
}

/**
 * What an actor who wants to join may do there. A refusal is checked against the newest schema, so that who has just made a
 * channel can join it on every copy.
 *
 * @throws Problem channelNotFound
 */
export function readRightsToJoin(deps: RecordsDeps, ask: RightsAsk): Promise<ChannelRights> {
  return withCurrentModel(operationOf(deps, anonymous, 'channels'), async () => {
    const [rights] = await readRights(deps, [ask])
    if (!rights?.join) throw errors.channelNotFound({ channel: ask.channel })
    return rights
  })
}

/**
 * Answers what each actor may do in a channel, in the order in which it was asked. One statement answers all who have the
 * same roles and ask about the same pattern; rules that look at no record need none.
 */
export function readRights(deps: RecordsDeps, asks: readonly RightsAsk[]): Promise<readonly ChannelRights[]> {
  const operation = operationOf(deps, anonymous, 'channels')
  return withAccess(operation, async (access) => {
    const groups = new Map<Planned, Group>()
    const rights = asks.map((ask, place) => answerOrGroup(deps, access.model, ask, place, groups))
    for (const { plan, rules, asks: grouped } of groups.values()) {
      if (plan === null) continue
      const rows = await runPlan(operation, access, plan, makeRun(operation, { values: { asks: grouped } }))
      for (const [, place, ...answers] of rows) {
        const known = place === null || place === undefined ? undefined : rights[Number(place)]
        if (known !== undefined) rights[Number(place)] = { match: known.match, ...answered(rules, answers) }
      }
    }
    return rights
  })
}

/** The answer, if the roles alone decide; else none yet, and the question is put to its group. */
function answerOrGroup(
  deps: RecordsDeps,
  model: Model,
  { actor, channel: name }: RightsAsk,
  place: number,
  groups: Map<Planned, Group>,
): ChannelRights {
  const match = matchChannel(model, name)
  if (match === null) return { match, ...nothing }
  const planned = planFor(deps, model, match, actor)
  if (planned.rules.join === false) return { match, ...nothing }
  if (planned.plan === null) return { match, ...answered(planned.rules, []) }
  if (!namesIds(match)) return { match, ...nothing }
  const group = groups.get(planned) ?? { ...planned, asks: [] }
  groups.set(planned, group)
  group.asks.push(channelAsk(place, actor, match.parameters))
  return { match, ...nothing }
}

const nothing = { join: false, broadcast: false, presence: false }

function planFor({ plans }: RecordsDeps, model: Model, { channel }: ChannelMatch, actor: Actor): Planned {
  return plans.planned(plans.access(model, actor), ['channel', channel.pattern], () => {
    const rules = channelRules(model, channel, actor)
    const isSettled = [rules.join, rules.broadcast, rules.presence].every((rule) => typeof rule === 'boolean')
    const hasRecords = [...channel.parameters.fields.values()].some(({ relation }) => relation !== null)
    if (isSettled && !hasRecords) return { rules, plan: null }
    return { rules, plan: plans.plan(compileSql(channelCheck(model, channel, rules))) }
  })
}

/** A settled rule is what it is; the statement answers `t` or `f` for the others. */
function answered({ join, broadcast, presence }: ChannelRules, answers: readonly (string | null)[]) {
  const [mayJoin, mayBroadcast, mayPresence] = answers
  const of = (rule: ChannelRules['join'], answer: string | null | undefined): boolean =>
    typeof rule === 'boolean' ? rule : answer === 't'
  return { join: of(join, mayJoin), broadcast: of(broadcast, mayBroadcast), presence: of(presence, mayPresence) }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** In small letters alone: two names of one channel would be two channels. */
const namesIds = ({ channel, parameters }: ChannelMatch): boolean =>
  [...channel.parameters.fields.values()].every(
    ({ name, relation }) => relation === null || uuid.test(parameters.get(name) ?? ''),
  )
