import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import { type ChannelSegment, parseChannelPattern, shapeOf } from './channel-pattern.ts'
import { checkRole } from './check-permissions.ts'
import { childPath } from './json-pointer.ts'
import { entriesOf, objectOf, type Outline } from './outline.ts'

/** Checks the patterns of channels, and the roles and collections that they name. */
export function checkChannels(outline: Outline): readonly Fault[] {
  const known = new Map<string, string>()
  return [...outline.channels].flatMap(([pattern, declared]) => {
    const path = childPath('/channels', pattern)
    const { records, permissions } = objectOf(declared)
    const roles = [...entriesOf(permissions).keys()]
    return [
      ...checkPattern(pattern, path, entriesOf(records), known, outline),
      ...roles.flatMap((role) => checkRole(role, childPath(`${path}/permissions`, role), outline)),
    ]
  })
}

function checkPattern(
  pattern: string,
  path: string,
  records: ReadonlyMap<string, unknown>,
  known: Map<string, string>,
  outline: Outline,
): readonly Fault[] {
  const segments = parseChannelPattern(pattern)
  if (typeof segments === 'string') return [{ path, code: 'invalidName', message: segments }]
  return [
    ...checkShape(pattern, path, segments, known),
    ...[...records].flatMap(([parameter, to]) =>
      checkRecord(parameter, to, childPath(`${path}/records`, parameter), segments, outline),
    ),
  ]
}

/** Which of two patterns decides must never depend on their order. */
function checkShape(
  pattern: string,
  path: string,
  segments: readonly ChannelSegment[],
  known: Map<string, string>,
): readonly Fault[] {
  const shape = shapeOf(segments)
  const other = known.get(shape)
  if (other === undefined) known.set(shape, pattern)
  if (other === undefined) return []
  return [{ path, code: 'duplicate', message: `"${other}" fits the same channels: keep one of them.` }]
}

function checkRecord(
  parameter: string,
  to: unknown,
  path: string,
  segments: readonly ChannelSegment[],
  { collections }: Outline,
): readonly Fault[] {
  const names = segments.flatMap((segment) => segment.parameter ?? [])
  if (!names.includes(parameter)) {
    const message = `The pattern has no parameter "${parameter.slice(0, 80)}".${suggestion(parameter, names)}`
    return [{ path, code: 'unknownParameter', message }]
  }
  // That it is a text is part of the document's shape.
  if (typeof to !== 'string' || collections.has(to)) return []
  const message = `There is no collection "${to.slice(0, 80)}".${suggestion(to, collections.keys())}`
  return [{ path, code: 'unknownCollection', message }]
}
