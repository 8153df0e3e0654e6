import { type SchemaDocument, tidySchema } from '@plinth/schema'
import { membersOf } from '../members-of.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * A schema as a tidy person writes it, but with what goes without saying left where somebody has written it out.
 *
 * @param current what is written now
 */
export function asWritten(document: SchemaDocument, current: unknown): Values {
  const tidied = tidySchema(document)
  const written = membersOf(membersOf(current)['collections'])
  const members = Object.entries({ ...tidied.collections }).map(([name, collection]): [string, unknown] => [
    name,
    withWritten(collection, membersOf(written[name]), { kind: 'table', fields: {}, indexes: [], permissions: {} }),
  ])
  const whole = { ...tidied, collections: Object.fromEntries(members) }
  return withWritten(whole, membersOf(current), { version: membersOf(current)['version'], roles: {}, collections: {} })
}

/** What is usual is left out unless it stands there. */
function withWritten(tidy: Values, current: Values, usual: Values): Values {
  const names = Object.keys(usual)
  const isUsual = (name: string, value: unknown) =>
    names.includes(name) && JSON.stringify(value) === JSON.stringify(usual[name])
  const added = Object.entries(current).filter(([name, value]) => !(name in tidy) && isUsual(name, value))
  const kept = Object.entries(tidy).filter(
    ([name, value]) => name in current || !isUsual(name, value) || Object.keys(current).length === 0,
  )
  return { ...Object.fromEntries(added), ...Object.fromEntries(kept) }
}
