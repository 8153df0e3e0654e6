import { type Change, type ChangeOf, type FieldPair, matchCollections, type Rename } from '@plinth/schema'
import type { Design } from './design.ts'
import { computedInTheWay, keptFieldsOf } from './kept-fields.ts'
import { indexesInTheWay } from './kept-indexes.ts'
import type { StepDraft } from './step-draft.ts'
import { changeCollation } from './steps/change-collation.ts'
import { changeOption, isOptionChange, type OldNames } from './steps/change-options.ts'
import { changeType } from './steps/change-type.ts'
import { addCollections, dropCollections } from './steps/collections.ts'
import { restoreComputed, suspendComputed } from './steps/computed.ts'
import { addField, dropField } from './steps/fields.ts'
import { addIndex, dropIndex, restoreIndex, suspendIndex } from './steps/indexes.ts'
import { renameSteps } from './steps/rename.ts'
import { makeViews, takeViewsDown } from './steps/views.ts'

const ofKind = <Kind extends Change['kind']>(changes: readonly Change[], kind: Kind): readonly ChangeOf<Kind>[] =>
  changes.filter((change): change is ChangeOf<Kind> => change.kind === kind)

/**
 * The steps of a plan in an order in which they can run, whatever the schema holds: first goes what is not wanted any
 * more (under its old name), then everything gets its new name, then comes what is new, and last what is made from it.
 * `views` are those of the database, each before the ones it reads from.
 */
export function draftSteps(
  design: Design,
  changes: readonly Change[],
  renames: readonly Rename[],
  views: readonly string[],
): readonly StepDraft[] {
  const kept = keptFieldsOf(design, renames)
  const computed = computedInTheWay(changes, kept)
  const indexes = indexesInTheWay(design, changes, renames, computed)
  return [
    ...takeViewsDown(design, changes, views),
    ...ofKind(changes, 'dropIndex').map(dropIndex),
    ...indexes.map(suspendIndex),
    ...computed.map((pair) => suspendComputed(design, pair)),
    ...droppedFields(changes).map((change) => dropField(design, change)),
    ...dropCollections(design, changes),
    ...renameSteps(design.from, changes, {
      fields: new Set(computed.filter((pair) => pair.to.computed !== null).map((pair) => pair.from)),
      indexes: new Set(indexes.map((pair) => pair.from)),
    }),
    ...addCollections(design, changes),
    ...changedFields(design, changes, kept, oldNamesOf(design, renames)),
    ...computedFields(design, changes, computed),
    ...ofKind(changes, 'addIndex').map((change) => addIndex(change, kept)),
    ...indexes.map(restoreIndex),
    ...makeViews(design, changes),
    ...documentSteps(changes),
  ]
}

/** A calculated field goes before the fields that it is calculated from. */
const droppedFields = (changes: readonly Change[]): readonly ChangeOf<'dropField'>[] =>
  ofKind(changes, 'dropField').toSorted((a, b) => Number(b.field.computed !== null) - Number(a.field.computed !== null))

function changedFields(
  design: Design,
  changes: readonly Change[],
  kept: readonly FieldPair[],
  oldName: OldNames,
): readonly StepDraft[] {
  const retyped = ofKind(changes, 'changeType').filter(({ field }) => field.to.computed === null)
  const settled = kept.filter((pair) => pair.to.computed === null && !retyped.some(({ field }) => field.to === pair.to))
  return [
    // It makes the collation that the fields of another type may need.
    ...ofKind(changes, 'changeCollation').map((change) =>
      changeCollation(
        change,
        settled.filter((pair) => pair.collection.to === change.collection.to),
      ),
    ),
    ...retyped.map((change) => changeType(design, change, oldName(change.field.to.relation?.to ?? ''))),
    ...ofKind(changes, 'addField').flatMap((change) =>
      change.field.computed === null ? [addField(design, change)] : [],
    ),
    ...changes.filter(isOptionChange).map((change) => changeOption(change, oldName)),
  ]
}

/** They come after the fields that they are calculated from. */
function computedFields(
  design: Design,
  changes: readonly Change[],
  inTheWay: readonly FieldPair[],
): readonly StepDraft[] {
  const changed = [...ofKind(changes, 'changeComputed'), ...ofKind(changes, 'changeType')]
  return [
    ...inTheWay
      .filter((pair) => pair.to.computed !== null)
      .map((pair) =>
        restoreComputed(
          design,
          pair,
          changed.find(({ field }) => field.to === pair.to),
        ),
      ),
    ...ofKind(changes, 'changeType')
      .filter(({ field }) => field.to.computed !== null && field.from.computed === null)
      .map((change) => changeType(design, change, undefined)),
    ...ofKind(changes, 'addField').flatMap((change) =>
      change.field.computed === null ? [] : [addField(design, change)],
    ),
  ]
}

function oldNamesOf(design: Design, renames: readonly Rename[]): OldNames {
  const kept = matchCollections(design.from, design.to, renames).kept
  const names = new Map(kept.map((pair) => [pair.to.name, pair.from.name]))
  return (collection) => names.get(collection)
}

const documentSummaries = {
  changePermissions: 'Change roles and permissions.',
  changeChannels: 'Change channels and who may use them.',
  changeClaims: 'Change the claims of access tokens; those that are out stay as they are until they are refreshed.',
  changeDescriptions: 'Change labels, descriptions or the order of things; the database stays as it is.',
}

const documentSteps = (changes: readonly Change[]): readonly StepDraft[] =>
  changes.flatMap((change) =>
    change.kind === 'changePermissions' ||
    change.kind === 'changeChannels' ||
    change.kind === 'changeClaims' ||
    change.kind === 'changeDescriptions'
      ? [{ id: change.id, summary: documentSummaries[change.kind], sql: [] }]
      : [],
  )
