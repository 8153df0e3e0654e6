import type { ChannelModel, Model, RuleModel } from '@plinth/schema'
import type { ChannelRules } from '../access/channel-rules.ts'
import { identifier, join, param, raw, replaceParams, sql } from '../database/sql.ts'
import { compileCondition, expressionLanguage } from './compile-expression.ts'
import { aliases, type Compiler } from './compiler.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { currentVersion } from './select-one.ts'
import { column, rowSource } from './source.ts'
import { reachForRule } from './table-reference.ts'

/** One question: may this actor do something in this channel? The parameters that name records are ids. */
export type ChannelAsk = Readonly<Record<string, unknown>>

// No parameter of a channel is called so.
const [place, user, roles] = ['@place', '@user', '@roles'] as const

/** A question as the statement reads it. */
export const channelAsk = (
  at: number,
  actor: { readonly userId: string | null; readonly roles: readonly string[] },
  values: ReadonlyMap<string, string>,
): ChannelAsk => ({ ...Object.fromEntries(values), [place]: at, [user]: actor.userId, [roles]: actor.roles })

/**
 * Asks the rules of a channel's pattern for any number of actors and channels at once: rows `[version, place, join,
 * broadcast, presence]` for those channels whose records exist. The questions are `values.asks`; all come from actors to
 * whom the same rules apply. The rules' own look-ups go through `reachForRule`, as those of all rules.
 */
export function channelCheck(model: Model, channel: ChannelModel, rules: ChannelRules): Sql {
  const next = aliases()
  const asked = next()
  const compiler: Compiler = {
    model,
    record: null,
    old: null,
    channel: rowSource(channel.parameters, asked),
    reach: reachForRule(model),
    alias: next,
    language: expressionLanguage,
  }
  const questions = param<Run>('jsonb', (run) => JSON.stringify(run.values['asks']))
  const statement = sql<Run>`
    select v.version, ${column(asked, place)}, ${answer(rules.join, compiler)}, ${answer(rules.broadcast, compiler)}, ${answer(rules.presence, compiler)}
    from ${currentVersion} as v
    left join jsonb_to_recordset(${questions}) as ${identifier(asked)} (${columnsOf(channel)}) on ${exist(channel, compiler)}`
  // Each question has a user of its own, so what is one value in other statements is a column here.
  return replaceParams(
    statement,
    new Map([
      [parameters.userId, column(asked, user)],
      [parameters.userRoles, column(asked, roles)],
    ]),
  )
}

const answer = (rule: RuleModel, compiler: Compiler): Sql =>
  typeof rule === 'boolean' ? raw(String(rule)) : sql`(${compileCondition(rule, compiler)}) is true`

const columnsOf = ({ parameters: { fields } }: ChannelModel): Sql =>
  join(
    [
      sql`${identifier(place)} int, ${identifier(user)} uuid, ${identifier(roles)} text[]`,
      ...[...fields.values()].map(
        ({ name, relation }) => sql`${identifier(name)} ${raw(relation === null ? 'text' : 'uuid')}`,
      ),
    ],
    ', ',
  )

/** A channel that is named after records exists only where they do. */
function exist({ parameters: { fields } }: ChannelModel, compiler: Compiler): Sql {
  const conditions = [...fields.values()].flatMap(({ name, relation }) => {
    if (relation === null || !compiler.channel) return []
    const alias = compiler.alias()
    const { from } = compiler.reach(relation.to, alias)
    return [sql`exists (select 1 from ${from} where ${column(alias, 'id')} = ${compiler.channel.value(name)})`]
  })
  return conditions.length === 0 ? raw('true') : join(conditions, ' and ')
}
