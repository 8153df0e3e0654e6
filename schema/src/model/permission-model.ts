import { childPath } from '../document/json-pointer.ts'
import type { Permission, Rule } from '../document/schema-document.ts'
import type { Expression } from '../expressions/expression.ts'
import type { Scope } from '../expressions/scope.ts'
import type { Check } from './check-expressions.ts'
import type { PermissionModel, RuleModel } from './model.ts'
import { modelScope } from './model-scope.ts'
import type { CollectionOutline } from './outline-collections.ts'

/** A role's permission with its expressions checked; what has faults counts as false. */
export function permissionModel(
  declared: Permission,
  path: string,
  collection: CollectionOutline,
  collections: ReadonlyMap<string, CollectionOutline>,
  check: Check,
): PermissionModel {
  const ofRecord = modelScope(collections, { record: collection.name, user: true })
  const ofUpdate = modelScope(collections, { record: collection.name, user: true, old: true })
  // A preset is there before the record is, so it knows only who asks and when.
  const ofPreset = modelScope(collections, { record: null, user: true })

  const rule = (action: 'read' | 'create' | 'update' | 'delete', scope: Scope): RuleModel | undefined =>
    ruleModel(declared[action], `${path}/${action}`, scope, check)
  const conditions = (key: 'readIf' | 'writeIf', scope: Scope) =>
    checkedExpressions(declared[key], `${path}/${key}`, (at, text) => check(at, text, scope))

  return {
    declared,
    read: rule('read', ofRecord),
    create: rule('create', ofRecord) ?? false,
    update: rule('update', ofUpdate) ?? false,
    delete: rule('delete', ofRecord) ?? false,
    hide: new Set(declared.hide),
    readIf: conditions('readIf', ofRecord),
    writeIf: conditions('writeIf', ofUpdate),
    set: checkedExpressions(declared.set, `${path}/set`, (at, text, field) =>
      check(at, text, ofPreset, collection.fields.get(field)?.valueType),
    ),
  }
}

function ruleModel(rule: Rule | undefined, path: string, scope: Scope, check: Check): RuleModel | undefined {
  return typeof rule === 'string' ? (check(path, rule, scope) ?? false) : rule
}

/** A map of expressions; those with faults are left out. */
export function checkedExpressions(
  texts: Readonly<Record<string, string>> = {},
  path: string,
  check: (path: string, text: string, field: string) => Expression | null,
): ReadonlyMap<string, Expression> {
  const checked = Object.entries(texts).map(
    ([field, text]) => [field, check(childPath(path, field), text, field)] as const,
  )
  return new Map(checked.flatMap(([field, expression]) => (expression === null ? [] : [[field, expression] as const])))
}
