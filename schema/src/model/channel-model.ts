import { type ChannelSegment, parseChannelPattern } from '../document/channel-pattern.ts'
import { childPath } from '../document/json-pointer.ts'
import type { Channel, Rule } from '../document/schema-document.ts'
import type { Check } from './check-expressions.ts'
import type { ChannelModel, CollectionModel, RuleModel } from './model.ts'
import { modelScope } from './model-scope.ts'
import { type CollectionOutline, fieldModel } from './outline-collections.ts'

// No collection can be called so.
const channelRecord = '@channel'

/** A channel of a checked document with its rules checked; what has faults counts as false. */
export function channelModel(
  pattern: string,
  declared: Channel,
  collections: ReadonlyMap<string, CollectionOutline>,
  check: Check,
): ChannelModel {
  const segments = parseChannelPattern(pattern)
  if (typeof segments === 'string') throw new Error(`Unchecked document: ${segments}`)
  const parameters = parametersOf(segments, declared)
  const scope = {
    ...modelScope(new Map([...collections, [channelRecord, parameters]]), { record: null, user: true }),
    channel: channelRecord,
  }
  const rule = (declaredRule: Rule = false, path: string): RuleModel =>
    typeof declaredRule === 'string' ? (check(path, declaredRule, scope) ?? false) : declaredRule
  const permissions = Object.entries(declared.permissions ?? {}).map(([role, { join, broadcast, presence }]) => {
    const path = childPath(`${childPath('/channels', pattern)}/permissions`, role)
    const rules = {
      join: rule(join, `${path}/join`),
      broadcast: rule(broadcast, `${path}/broadcast`),
      presence: rule(presence, `${path}/presence`),
    }
    return [role, rules] as const
  })
  return { pattern, segments, parameters, replay: declared.replay ?? 0, permissions: new Map(permissions) }
}

/** A parameter is a text, or the id of a record. It always has a value. */
function parametersOf(segments: readonly ChannelSegment[], { records = {} }: Channel): CollectionModel {
  const names = segments.flatMap(({ parameter }) => parameter ?? [])
  const collectionOf = new Map(Object.entries(records))
  const fields = names.map((name) => {
    const to = collectionOf.get(name)
    const field = to === undefined ? { type: 'text' } : { type: 'relation', to }
    return [name, fieldModel(name, { ...field, required: true }, false)] as const
  })
  return {
    name: channelRecord,
    kind: 'table',
    declared: { kind: 'table', fields: {} },
    fields: new Map(fields),
    inverses: new Map(),
    indexes: [],
    permissions: new Map(),
    collation: null,
  }
}
