import type { Change, CollectionModel } from '@plinth/schema'
import type { Design } from '../design.ts'
import { tableSql } from '../object-names.ts'
import { schemaSql } from '../schema-sql.ts'
import type { StepDraft } from '../step-draft.ts'

/** Changes that PostgreSQL refuses while a view reads from the table, or after which a view's SQL may mean another thing. */
const botherViews: ReadonlySet<Change['kind']> = new Set([
  'dropCollection',
  'renameCollection',
  'changeCollation',
  'dropField',
  'renameField',
  'changeType',
  'changeComputed',
  'dropView',
  'replaceView',
])

const mustRemake = (changes: readonly Change[]): boolean => changes.some((change) => botherViews.has(change.kind))

/** Views hold no data: they are all taken down before tables change, and set up again after. */
export function takeViewsDown(
  design: Design,
  changes: readonly Change[],
  views: readonly string[],
): readonly StepDraft[] {
  if (!mustRemake(changes)) return []
  const dropped = new Map(
    changes.flatMap((change) => (change.kind === 'dropView' ? [[change.collection.name, change.id] as const] : [])),
  )
  return views.map((name) => {
    const id = dropped.get(name)
    return {
      id: id ?? `suspendView:${name}`,
      summary:
        id === undefined
          ? `Take down the view "${name}"; a later step sets it up again.`
          : `Remove the view "${name}".`,
      sql: schemaSql(design.knex, (schema) => schema.dropView(name)),
    }
  })
}

export function makeViews(design: Design, changes: readonly Change[]): readonly StepDraft[] {
  const remake = mustRemake(changes)
  const ids = new Map(
    changes.flatMap((change): [string, string][] =>
      change.kind === 'addView'
        ? [[change.collection.name, change.id]]
        : change.kind === 'replaceView'
          ? [[change.collection.to.name, change.id]]
          : [],
    ),
  )
  return [...design.to.collections.values()]
    .filter((collection) => collection.kind === 'view' && (remake || ids.has(collection.name)))
    .map((collection) => makeView(collection, ids.get(collection.name)))
}

function makeView(collection: CollectionModel, id: string | undefined): StepDraft {
  const { name, declared } = collection
  return {
    id: id ?? `restoreView:${name}`,
    summary: id === undefined ? `Set up the view "${name}" again.` : `Set up the view "${name}".`,
    sql: [`create view ${tableSql(name)} as\n${declared.sql ?? ''}`],
    view: collection,
  }
}
